-- A version of a plan never changes: an inspection keeps the one that it began with.
create table inspection_plans (
  tenant text not null,
  plan text not null,
  version integer not null,
  -- Empty: any item, supplier or operation.
  item text not null,
  supplier text not null,
  operation text not null,
  is_current boolean not null,
  definition jsonb not null,
  created_at timestamptz not null,
  created_by text not null,
  retired_at timestamptz,
  primary key (tenant, plan, version)
);

create unique index inspection_plans_scope on inspection_plans (tenant, item, supplier, operation) where is_current and retired_at is null;

create table lots (
  tenant text not null,
  lot text not null,
  item text not null,
  supplier text not null,
  unit text not null,
  created_at timestamptz not null,
  primary key (tenant, lot)
);

-- One for each arrival of a lot, a lot may arrive in parts; what a lot has is the sum of its inspections.
create table inspections (
  tenant text not null,
  inspection text not null,
  lot text not null,
  -- receipt, production, manual or rework; with document, line and instant the business key of an arrival.
  origin text not null,
  document text not null,
  line text not null,
  arrived_at timestamptz not null,
  event_source text,
  event_id text,
  item text not null,
  supplier text not null,
  operation text not null,
  location text,
  purchase_order text,
  -- Customer orders that wait for it.
  orders text[] not null,
  unit text not null,
  quantity numeric(18, 6) not null check (quantity > 0),
  pending numeric(18, 6) not null check (pending >= 0),
  on_hold numeric(18, 6) not null check (on_hold >= 0),
  accepted numeric(18, 6) not null check (accepted >= 0),
  rejected numeric(18, 6) not null check (rejected >= 0),
  -- Rejected, reworked, and gone on into inspections of its own.
  reworked numeric(18, 6) not null default 0 check (reworked >= 0),
  serials integer not null,
  plan text,
  plan_version integer,
  state text not null,
  was_inspected boolean not null,
  -- What the supplier measured himself, as it came with the receipt; never a part of a sample.
  supplier_measured jsonb not null default '[]',
  -- Its sampling plans and how far each has come.
  tests jsonb not null,
  -- Whether its outcome has been told to the switching rules.
  is_counted boolean not null,
  revision integer not null,
  created_at timestamptz not null,
  due_at timestamptz,
  decided_at timestamptz,
  primary key (tenant, inspection),
  constraint quantities_conserve check (pending + on_hold + accepted + rejected + reworked = quantity),
  foreign key (tenant, lot) references lots (tenant, lot)
);

create unique index inspections_business_key on inspections (tenant, origin, document, lot, line, arrived_at);
create unique index inspections_event on inspections (tenant, event_source, event_id) where event_id is not null;
create index inspections_by_lot on inspections (tenant, lot, operation);
create index inspections_by_order on inspections using gin (orders);
create index inspections_by_purchase_order on inspections (tenant, purchase_order) where purchase_order is not null;
create index inspections_worklist on inspections (tenant, created_at desc, inspection desc);
create index inspections_undecided on inspections (tenant, created_at desc, inspection desc)
  where state in ('open', 'in-progress', 'awaiting-decision');
create index inspections_of_plan on inspections (tenant, plan, item, supplier, created_at);

create table inspection_serials (
  tenant text not null,
  inspection text not null,
  serial text not null,
  bucket text not null,
  primary key (tenant, inspection, serial),
  foreign key (tenant, inspection) references inspections (tenant, inspection)
);

-- Nothing here is ever changed: a correction is a row that names the one it replaces.
create table measurements (
  tenant text not null,
  inspection text not null,
  -- Made by the client, so that a queue may send it again.
  id text not null,
  characteristic text not null,
  sample text not null,
  -- Place among what was looked at for this characteristic, from 1; of several at once the first.
  ordinal integer not null,
  inspected integer not null,
  value double precision,
  entered_value double precision,
  entered_unit text,
  conforming boolean not null,
  defects jsonb not null,
  gauge text,
  gauge_was_overdue boolean not null,
  operator text not null,
  measured_at timestamptz not null,
  recorded_at timestamptz not null,
  recorded_by text not null,
  photos jsonb not null,
  corrects text,
  reason text,
  primary key (tenant, inspection, id),
  foreign key (tenant, inspection) references inspections (tenant, inspection)
);

create unique index measurements_once on measurements (tenant, inspection, characteristic, sample) where corrects is null;
create index measurements_by_gauge on measurements (tenant, gauge, measured_at) where gauge is not null;
create unique index measurements_corrected_once on measurements (tenant, inspection, corrects) where corrects is not null;

create table inspection_decisions (
  tenant text not null,
  inspection text not null,
  id text not null,
  lines jsonb not null,
  reason_code text not null,
  reason_text text not null,
  is_automatic boolean not null,
  decided_by text not null,
  decided_at timestamptz not null,
  primary key (tenant, inspection, id),
  foreign key (tenant, inspection) references inspections (tenant, inspection)
);

create table switching_states (
  tenant text not null,
  supplier text not null,
  item text not null,
  characteristic text not null,
  class text not null,
  state jsonb not null,
  last_change jsonb,
  revision integer not null,
  updated_at timestamptz not null,
  primary key (tenant, supplier, item, characteristic, class)
);

create table skip_lot_states (
  tenant text not null,
  supplier text not null,
  item text not null,
  state jsonb not null,
  revision integer not null,
  updated_at timestamptz not null,
  primary key (tenant, supplier, item)
);

create table gauges (
  tenant text not null,
  gauge text not null,
  name text not null,
  kind text not null,
  interval_days integer not null,
  -- Null: never calibrated.
  due_on date,
  state text not null,
  revision integer not null,
  created_at timestamptz not null,
  primary key (tenant, gauge)
);

create table gauge_calibrations (
  tenant text not null,
  gauge text not null,
  id text not null,
  done_on date not null,
  result text not null,
  due_on date,
  certificate text,
  note text,
  recorded_by text not null,
  recorded_at timestamptz not null,
  primary key (tenant, gauge, id),
  foreign key (tenant, gauge) references gauges (tenant, gauge)
);
