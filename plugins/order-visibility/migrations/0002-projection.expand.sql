-- Which generation of the view is read, and which is being made beside it.
create table generations (
  tenant text not null,
  live integer not null,
  shadow integer,
  rebuild text,
  cursor text,
  done bigint not null,
  started_at timestamptz,
  finished_at timestamptz,
  progressed_at timestamptz,
  requested_by text,
  primary key (tenant)
);

create table orders (
  tenant text not null,
  generation integer not null,
  order_id text not null,
  customer text,
  stage text not null,
  stage_since timestamptz not null,
  is_open boolean not null,
  is_known boolean not null,
  placed_at timestamptz,
  promised_at timestamptz,
  paid_at timestamptz,
  path text not null,
  as_of timestamptz not null,
  view jsonb not null,
  digest text not null,
  digests jsonb not null,
  -- What follows is judged at an instant, by what was usual then: no replay repeats it.
  revision bigint not null,
  expected_at timestamptz,
  on_time double precision,
  is_at_risk boolean not null,
  due_at timestamptz,
  blocker jsonb,
  judged_at timestamptz not null,
  next_judgement_at timestamptz,
  primary key (tenant, generation, order_id)
);

create index orders_open on orders (tenant, generation, stage, due_at, order_id) where is_open and is_known;

create index orders_due on orders (tenant, generation, due_at) include (stage) where is_open and is_known;

create index orders_of_customer on orders (tenant, generation, customer, stage, due_at, order_id) where is_known;

create index orders_closed on orders (tenant, generation, stage, stage_since desc, order_id) where not is_open and is_known;

create index orders_at_risk on orders (tenant, generation, stage, due_at, order_id) where is_at_risk and is_known;

create index orders_to_judge on orders (tenant, generation, next_judgement_at) where next_judgement_at is not null;

create index orders_paid on orders (tenant, generation, paid_at) where paid_at is not null;

-- Each stay of an order in a stage.
create table stays (
  tenant text not null,
  generation integer not null,
  order_id text not null,
  nth integer not null,
  stage text not null,
  next_stage text,
  customer text,
  entered_at timestamptz not null,
  left_at timestamptz,
  -- When the order last left this stage before, and last went this way: orders are counted without looking for those that came twice.
  left_before timestamptz,
  went_before timestamptz,
  primary key (tenant, generation, order_id, nth)
);

create index stays_left on stays (tenant, generation, left_at) include (stage, next_stage, entered_at, order_id, customer, nth, left_before, went_before) where left_at is not null;

-- Orders in each stage: too many to count when somebody looks. In slots, so that few wait for one row.
create table stage_counts (
  tenant text not null,
  generation integer not null,
  stage text not null,
  slot integer not null,
  orders bigint not null,
  primary key (tenant, generation, stage, slot)
);

-- How long stages usually take, taken from stays by night.
create table usual_stays (
  tenant text not null,
  stage text not null,
  stays bigint not null,
  median_hours double precision not null,
  p90_hours double precision not null,
  measured_at timestamptz not null,
  primary key (tenant, stage)
);
