-- Sampling schemes that a tenant holds itself, such as a licensed edition of ISO 2859-1.
create table sampling_schemes (
  tenant text not null,
  scheme text not null,
  revision integer not null check (revision >= 1),
  -- As loadScheme took them, checked.
  tables jsonb not null,
  loaded_at timestamptz not null,
  primary key (tenant, scheme)
);
