-- A place where an item is stocked, with what is known of its demand. `dirty_from` is the first day that changed since it was
-- last forecast; null: nothing did.
create table series (
  tenant text not null,
  sku text not null,
  location text not null,
  unit text not null,
  dirty_from date,
  primary key (tenant, sku, location)
);

-- What came in, once each: by its own number, and by the event that told of it. Days are summed from them as they come.
create table movements (
  tenant text not null,
  movement text not null,
  source text not null,
  event_id text not null,
  sku text not null,
  location text not null,
  kind text not null,
  -- Into stock above 0, out of it below.
  delta numeric(20, 6) not null,
  moved_at timestamptz not null,
  day date not null,
  primary key (tenant, movement),
  unique (tenant, source, event_id)
);

create index movements_of_series on movements (tenant, sku, location, moved_at desc);

-- Buckets of a day in the tenant's time. Sums are exact, so that no order of arrival shows in them.
create table demand_days (
  tenant text not null,
  sku text not null,
  location text not null,
  day date not null,
  issued numeric(20, 6) not null default 0,
  returned numeric(20, 6) not null default 0,
  received numeric(20, 6) not null default 0,
  -- A day of a loaded history: it stands for the whole day, whatever movements came of it.
  loaded numeric(20, 6),
  loaded_out boolean not null default false,
  -- The least stock that a movement or a count of the day told, and the last one with its instant and number.
  stock_least numeric(20, 6),
  stock_last numeric(20, 6),
  stock_last_at timestamptz,
  stock_last_by text,
  primary key (tenant, sku, location, day)
);

-- The newest stock that was told as a figure: what moved later is added to it.
create table stock_levels (
  tenant text not null,
  sku text not null,
  location text not null,
  on_hand numeric(20, 6) not null,
  told_at timestamptz not null,
  told_by text not null,
  primary key (tenant, sku, location)
);

create table order_lines (
  tenant text not null,
  order_no text not null,
  line text not null,
  sku text not null,
  location text not null,
  quantity numeric(20, 6) not null,
  ordered_at timestamptz not null,
  day date not null,
  primary key (tenant, order_no, line)
);

create index order_lines_of_series on order_lines (tenant, sku, location, day);

-- Kept apart from the lines, for it may come before them. An empty line means the whole order.
create table order_cancellations (
  tenant text not null,
  order_no text not null,
  line text not null,
  primary key (tenant, order_no, line)
);

create table purchase_lines (
  tenant text not null,
  order_no text not null,
  line text not null,
  sku text not null,
  location text not null,
  supplier text,
  quantity numeric(20, 6) not null,
  placed_at timestamptz not null,
  due date,
  suggestion text,
  primary key (tenant, order_no, line)
);

create index purchase_lines_of_series on purchase_lines (tenant, sku, location, placed_at desc);

create table receipts (
  tenant text not null,
  receipt text not null,
  line text not null,
  order_no text,
  order_line text,
  sku text not null,
  location text not null,
  lot text,
  quantity numeric(20, 6) not null,
  received_at timestamptz not null,
  primary key (tenant, receipt, line)
);

create index receipts_of_series on receipts (tenant, sku, location, received_at desc);
create index receipts_of_order on receipts (tenant, order_no);

-- What quality keeps out of use.
create table rejected_lots (
  tenant text not null,
  lot text not null,
  sku text not null,
  location text not null,
  quantity numeric(20, 6) not null,
  rejected_at timestamptz not null,
  reason text,
  primary key (tenant, lot, sku, location)
);

create index rejected_lots_of_series on rejected_lots (tenant, sku, location);

create table promotions (
  tenant text not null,
  promotion text not null,
  sku text not null,
  -- Empty: every location.
  location text not null,
  starts date not null,
  ends date not null,
  -- Demand of a day within it over that of a day without.
  factor double precision not null,
  planned_at timestamptz not null,
  primary key (tenant, promotion, sku, location)
);

create index promotions_of_item on promotions (tenant, sku);

-- What a planner has to look at and the plugin must not decide: negative stock and the like.
create table demand_findings (
  tenant text not null,
  sku text not null,
  location text not null,
  code text not null,
  day date not null,
  details jsonb not null,
  primary key (tenant, sku, location, code, day)
);
