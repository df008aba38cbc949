-- When a shipment is to be looked at again; null: it is over. Whatever changes a shipment sets it to now.
alter table shipments add column look_at_ms bigint default 0;
create index shipments_look on shipments (tenant, look_at_ms) where look_at_ms is not null;

-- When it is expected, and the time that was told last.
create table shipment_arrivals (
  tenant text not null,
  shipment text not null,
  early_ms bigint not null,
  median_ms bigint not null,
  late_ms bigint not null,
  late_probability double precision,
  told_ms bigint not null,
  primary key (tenant, shipment)
);

-- What was learned of the times of groups of passages, and of seasons: see src/arrivals/lane-model.ts.
create table lane_models (
  tenant text not null,
  key text not null,
  model jsonb not null,
  learned_at_ms bigint not null,
  primary key (tenant, key)
);
