-- What logistics tells of goods on their way: when they are expected, and how long it took once they are there.
create table shipments (
  tenant text not null,
  shipment text not null,
  order_no text,
  supplier text,
  -- The newest word about when it arrives.
  expected_on date,
  said_at timestamptz,
  delivered_at timestamptz,
  days double precision,
  primary key (tenant, shipment)
);

create index shipments_of_order on shipments (tenant, order_no);
create index shipments_of_supplier on shipments (tenant, supplier, delivered_at desc);

-- What is in it, where that is told; an empty location is any.
create table shipment_items (
  tenant text not null,
  shipment text not null,
  sku text not null,
  location text not null,
  primary key (tenant, sku, location, shipment)
);

-- What was sent to customers, by line; an empty line means the whole order. Kept apart from the lines, for it may come before them.
create table order_shipments (
  tenant text not null,
  order_no text not null,
  line text not null,
  primary key (tenant, order_no, line)
);
