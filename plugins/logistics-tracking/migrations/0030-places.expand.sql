-- Where something is by its name: all coordinates are WGS 84. The box is of the shape and what is near it.
create table places (
  tenant text not null,
  place text not null,
  name text not null,
  shape jsonb not null,
  west double precision not null,
  south double precision not null,
  east double precision not null,
  north double precision not null,
  set_by text not null,
  set_at_ms bigint not null,
  primary key (tenant, place)
);
create index places_box on places (tenant, south, north);

-- One a minute: what a tracker says more often tells no more of a way.
create table positions (
  tenant text not null,
  shipment text not null,
  minute bigint not null,
  at_ms bigint not null,
  latitude double precision not null,
  longitude double precision not null,
  primary key (tenant, shipment, minute)
);

create table planned_routes (
  tenant text not null,
  shipment text not null,
  line jsonb not null,
  tolerance_m double precision not null,
  set_by text not null,
  set_at_ms bigint not null,
  primary key (tenant, shipment)
);

alter table shipments add column position_at_ms bigint, add column position_latitude double precision,
  add column position_longitude double precision, add column position_place text;
