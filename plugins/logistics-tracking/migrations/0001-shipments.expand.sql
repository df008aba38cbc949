-- Instants are milliseconds since the epoch: a fold compares them to the millisecond, whatever zone a session has.
create table shipments (
  tenant text not null,
  shipment text not null,
  direction text not null,
  orders text[] not null,
  purchase_order text,
  supplier text,
  origin text,
  destination text,
  promised_at_ms bigint,
  registered_at_ms bigint not null,
  status text not null,
  as_of_ms bigint not null,
  dispatched_at_ms bigint,
  delivered_at_ms bigint,
  -- The event of a delivery is told once, whatever is corrected later.
  delivered_told boolean not null default false,
  revision integer not null default 1,
  primary key (tenant, shipment)
);
create index shipments_newest on shipments (tenant, registered_at_ms desc, shipment);
create index shipments_status on shipments (tenant, status, registered_at_ms desc);

create table shipment_orders (
  tenant text not null,
  order_id text not null,
  shipment text not null,
  primary key (tenant, order_id, shipment)
);

-- One that was scanned before anybody registered it has no shipment yet.
create table parcels (
  tenant text not null,
  parcel text not null,
  shipment text,
  carrier text,
  contents jsonb not null default '[]',
  status text not null,
  state jsonb not null,
  first_seen_at_ms bigint not null,
  revision integer not null default 1,
  primary key (tenant, parcel)
);
create index parcels_shipment on parcels (tenant, shipment);
create index parcels_contents on parcels using gin (contents jsonb_path_ops);
create index parcels_unclaimed on parcels (tenant, first_seen_at_ms) where shipment is null;

-- Handling units by their SSCC; a scan of one is a scan of its parcel.
create table handling_units (
  tenant text not null,
  unit text not null,
  parcel text not null,
  primary key (tenant, unit)
);
create index handling_units_parcel on handling_units (tenant, parcel);
