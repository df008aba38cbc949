-- How an item is planned at a location.
create table items (
  tenant text not null,
  sku text not null,
  location text not null,
  settings jsonb not null,
  revision integer not null default 1,
  changed_by text not null,
  changed_at timestamptz not null,
  primary key (tenant, sku, location)
);

create table runs (
  tenant text not null,
  id text not null,
  -- running, completed or failed
  state text not null,
  kind text not null,
  full_refit boolean not null,
  planned_on date not null,
  requested_by text not null,
  started_at timestamptz not null,
  progressed_at timestamptz not null,
  finished_at timestamptz,
  -- The last series that is done; the next chunk begins behind it.
  cursor_sku text not null default '',
  cursor_location text not null default '',
  step integer not null default 0,
  total integer not null,
  refitted integer not null default 0,
  updated integer not null default 0,
  kept integer not null default 0,
  failed integer not null default 0,
  methods_changed integer not null default 0,
  bias_alarms integer not null default 0,
  suggested integer not null default 0,
  primary key (tenant, id)
);

-- One at work in a tenant.
create unique index runs_at_work on runs (tenant, state) where state = 'running';
create index runs_newest on runs (tenant, started_at desc);

-- The forecast that holds now, and what an update of it needs.
create table forecasts (
  tenant text not null,
  sku text not null,
  location text not null,
  run text not null,
  planned_on date not null,
  -- First day after the history it was made from.
  history_end date not null,
  period text not null,
  method text not null,
  description text not null,
  fit text not null check (length(fit) <= 65536),
  updates integer not null,
  -- Text, so that numbers come back with the bits they were written with.
  forecast text not null check (length(forecast) <= 262144),
  changes jsonb not null,
  -- Tracking signal, bias and alarm of the closed periods.
  monitor jsonb not null,
  -- Stock figures of the last look, and which of them had been told of.
  stock jsonb not null default '{}',
  risk double precision not null default 0,
  is_below boolean not null default false,
  is_at_risk boolean not null default false,
  is_excess boolean not null default false,
  primary key (tenant, sku, location)
);

create index forecasts_by_risk on forecasts (tenant, risk desc, sku, location);

-- What was forecast for a period last before it began; then what it came to.
create table forecast_points (
  tenant text not null,
  sku text not null,
  location text not null,
  starts date not null,
  period text not null,
  run text not null,
  statistical double precision not null,
  planned double precision not null,
  override text,
  quantiles jsonb not null,
  actual double precision,
  primary key (tenant, sku, location, period, starts)
);

create index forecast_points_overridden on forecast_points (tenant, starts) where override is not null;

create table overrides (
  tenant text not null,
  id text not null,
  sku text not null,
  location text not null,
  starts date not null,
  ends date not null,
  kind text not null,
  value double precision not null,
  reason text not null,
  author text not null,
  made_at timestamptz not null,
  expires_at timestamptz,
  withdrawn_at timestamptz,
  withdrawn_by text,
  primary key (tenant, id)
);

create index overrides_of_series on overrides (tenant, sku, location, ends);

create table suggestions (
  tenant text not null,
  id text not null,
  sku text not null,
  location text not null,
  state text not null,
  revision integer not null default 1,
  quantity double precision not null,
  unit text not null,
  supplier text,
  order_by date not null,
  needed_on date not null,
  expires_on date not null,
  why jsonb not null,
  made_at timestamptz not null,
  changed_at timestamptz not null,
  decided_by text,
  reason text,
  approved_quantity double precision,
  order_no text,
  primary key (tenant, id)
);

create unique index suggestions_open on suggestions (tenant, sku, location) where state = 'open';
create index suggestions_by_urgency on suggestions (tenant, state, order_by, id);
create index suggestions_of_series on suggestions (tenant, sku, location, made_at desc);
