-- A place where an item is stocked, with what is known of its demand. `dirty_from` is the first day that changed since it was
-- last forecast; null: nothing did.
create table series (
  tenant text not null,
  sku text not null,
  location text not null,
  unit text not null,
  dirty_from date,
  -- Counts what changed: a run takes the mark away only where nothing came since it read.
  changes bigint not null default 0,
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
  lot text,
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
  -- Asked for and not there to be given: demand all the same.
  unmet numeric(20, 6) not null default 0,
  stocked_out boolean not null default false,
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
  -- When the quantity was said; the newest word holds.
  told_at timestamptz not null,
  -- The day of the order itself; null while only a change of it is known.
  day date,
  primary key (tenant, order_no, line)
);

create index order_lines_of_series on order_lines (tenant, sku, location, day);

-- Kept apart from the lines, for it may come before them. An empty line means the whole order.
create table order_cancellations (
  tenant text not null,
  order_no text not null,
  line text not null,
  cancelled_at timestamptz not null,
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
  -- Of the order's unit to the series', for changes that name none.
  factor double precision not null,
  placed_at timestamptz not null,
  due date,
  primary key (tenant, order_no, line)
);

create index purchase_lines_of_series on purchase_lines (tenant, sku, location, placed_at desc);

-- The newest change of a line; kept apart, for it may come before the order.
create table purchase_changes (
  tenant text not null,
  order_no text not null,
  line text not null,
  quantity numeric(20, 6) not null,
  due date,
  changed_at timestamptz not null,
  primary key (tenant, order_no, line)
);

-- What arrived; a lot is a part of an arrival.
create table receipts (
  tenant text not null,
  receipt text not null,
  lot text not null,
  order_no text,
  order_line text,
  supplier text,
  sku text not null,
  location text not null,
  quantity numeric(20, 6) not null,
  received_at timestamptz not null,
  primary key (tenant, receipt, lot)
);

create index receipts_of_series on receipts (tenant, sku, location, received_at desc);
create index receipts_of_order on receipts (tenant, order_no);
create index receipts_of_lot on receipts (tenant, lot);

-- What quality says of a lot, by its newest word. Its location may be known from the receipt alone.
create table quality_lots (
  tenant text not null,
  lot text not null,
  sku text not null,
  location text,
  rejected numeric(20, 6) not null,
  held numeric(20, 6) not null,
  said_at timestamptz not null,
  said_by text not null,
  primary key (tenant, lot)
);

create index quality_lots_of_item on quality_lots (tenant, sku);
create index movements_of_lot on movements (tenant, lot) where lot is not null;

create table promotions (
  tenant text not null,
  promotion text not null,
  skus text[] not null,
  -- Null: every location.
  locations text[],
  starts date not null,
  ends date not null,
  -- Demand of a day within it over that of a day without; null: nobody said.
  uplift double precision,
  is_cancelled boolean not null,
  planned_at timestamptz not null,
  primary key (tenant, promotion)
);

create index promotions_by_end on promotions (tenant, ends);

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
