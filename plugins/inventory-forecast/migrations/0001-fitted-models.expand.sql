-- ETS models already fitted, so that the same series is not fitted twice. Only a cache: any row may go at any time.
create table fitted_models (
  tenant text not null,
  -- SHA-256 of the series, its frequency and the version of the fit
  fit_key text not null check (fit_key ~ '^[0-9a-f]{64}$'),
  -- JSON as text: numbers come back with the bits they were written with
  model text not null check (length(model) <= 16384),
  fitted_at timestamptz not null default now(),
  primary key (tenant, fit_key)
);

-- For the sweep that keeps the newest models of a tenant.
create index fitted_models_newest on fitted_models (tenant, fitted_at desc);
