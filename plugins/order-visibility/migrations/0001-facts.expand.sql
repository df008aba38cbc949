-- What was told, once each; nothing here is changed but by a telling of the same that is newer.
create table facts (
  tenant text not null,
  fact text not null,
  source text not null,
  event_id text not null,
  type text not null,
  node text not null,
  business_key text not null,
  happened_at timestamptz not null,
  published_at timestamptz not null,
  publisher text not null,
  version text,
  sku text,
  location text,
  data jsonb not null,
  primary key (tenant, fact)
);

create unique index facts_event on facts (tenant, source, event_id);

create index facts_node on facts (tenant, node);

-- The newest word of a kind about a stock.
create index facts_stock on facts (tenant, sku, type, location, happened_at desc) where sku is not null;

-- What hangs on one node concerns the other, in the end an order: order:SO-1.
create table links (
  tenant text not null,
  from_node text not null,
  to_node text not null,
  primary key (tenant, from_node, to_node)
);

create index links_back on links (tenant, to_node, from_node);

-- How often an order was told of, and how far its view has come. Behind it: to be folded.
create table heads (
  tenant text not null,
  order_id text not null,
  told bigint not null,
  folded bigint not null,
  told_at timestamptz not null,
  primary key (tenant, order_id)
);

create index heads_behind on heads (tenant, told_at) where told > folded;

-- Which orders want stock of an item; one that is served is closed, not forgotten.
create table wants (
  tenant text not null,
  order_id text not null,
  sku text not null,
  location text not null,
  is_open boolean not null,
  primary key (tenant, order_id, sku, location)
);

create index wants_open on wants (tenant, sku, location) where is_open;

create index wants_closed on wants (tenant, sku) where not is_open;
