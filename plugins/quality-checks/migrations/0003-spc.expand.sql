create table spc_charts (
  tenant text not null,
  chart text not null,
  -- Kind, constants, width, weights: what the points mean; never changed once there are points.
  definition jsonb not null,
  rules text not null,
  item text,
  characteristic text,
  unit text,
  lsl double precision,
  usl double precision,
  target double precision,
  -- Points after which limits freeze by themselves; null: only by hand.
  auto_freeze integer,
  -- The limits in force; 0: none are frozen.
  limits_version integer not null default 0,
  -- Raised by every change of the chart and of its points: of two at once, one reads again.
  revision integer not null default 1,
  created_at timestamptz not null,
  primary key (tenant, chart)
);

create table spc_limits (
  tenant text not null,
  chart text not null,
  version integer not null,
  centre double precision not null,
  sigma double precision not null,
  -- Points that they come from; 0: given by hand.
  points integer not null,
  excluded jsonb not null,
  reason text not null,
  author text not null,
  frozen_at timestamptz not null,
  primary key (tenant, chart, version)
);

create table spc_points (
  tenant text not null,
  chart text not null,
  point text not null,
  at timestamptz not null,
  -- As it was sent: values, or count and size.
  sample jsonb not null,
  location double precision not null,
  size double precision not null,
  dispersion double precision,
  -- Sums and means that go on from point to point, and the limits that they go by.
  state jsonb not null,
  limits_version integer not null,
  gauge text,
  operator text,
  received_at timestamptz not null,
  primary key (tenant, chart, point)
);
create index spc_points_in_time on spc_points (tenant, chart, at, point);

create table spc_alarms (
  tenant text not null,
  chart text not null,
  point text not null,
  rule text not null,
  at timestamptz not null,
  value double precision not null,
  centre double precision not null,
  lower double precision not null,
  upper double precision not null,
  limits_version integer not null,
  raised_at timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by text,
  cause text,
  primary key (tenant, chart, point, rule)
);
create index spc_alarms_in_time on spc_alarms (tenant, raised_at, chart, point, rule);

create table gauge_studies (
  tenant text not null,
  study text not null,
  gauge text,
  characteristic text,
  result jsonb not null,
  readings jsonb not null,
  author text not null,
  made_at timestamptz not null,
  primary key (tenant, study)
);
