create table sensor_limits (
  tenant text not null,
  id text not null,
  -- What it is for: all, product, lot, unit, shipment or device, and which one.
  scope text not null,
  value text not null,
  measure text not null,
  lower_limit double precision,
  upper_limit double precision,
  hysteresis double precision not null,
  allowed_minutes double precision not null,
  set_by text not null,
  set_ms bigint not null,
  primary key (tenant, id)
);
create index sensor_limits_for on sensor_limits (tenant, scope, value);

-- Readings of one measure for one subject by one device.
create table sensor_series (
  tenant text not null,
  series text not null,
  subject text not null,
  device text not null,
  measure text not null,
  last_ms bigint not null,
  -- Raised by every report: of two at once, one reads again.
  revision integer not null,
  primary key (tenant, series)
);
create index sensor_series_subject on sensor_series (tenant, subject);
create index sensor_series_device on sensor_series (tenant, device);

create table sensor_readings (
  tenant text not null,
  series text not null,
  at_ms bigint not null,
  -- The event or report that it is from.
  source text not null,
  value double precision not null,
  low double precision not null,
  high double precision not null,
  primary key (tenant, series, at_ms, source)
);

-- One for each excursion, however long it lasts and however late its readings come.
create table sensor_alarms (
  tenant text not null,
  alarm text not null,
  series text not null,
  limit_id text not null,
  shipment text not null,
  since_ms bigint not null,
  -- Null while the readings are outside.
  until_ms bigint,
  last_ms bigint not null,
  worst double precision not null,
  minutes double precision not null,
  lower_limit double precision,
  upper_limit double precision,
  lots jsonb not null,
  raised_ms bigint not null,
  primary key (tenant, alarm)
);
create index sensor_alarms_series on sensor_alarms (tenant, series, limit_id);
create index sensor_alarms_newest on sensor_alarms (tenant, raised_ms desc, alarm);
create index sensor_alarms_shipment on sensor_alarms (tenant, shipment, raised_ms desc);
