-- Nonconformities, their 8D reports and requests to suppliers.
create table nonconformities (
  tenant text not null,
  id text not null,
  number text not null,
  -- What it was opened for, such as the decision of an inspection: one that is told twice opens one.
  source text not null,
  state text not null,
  severity text not null,
  title text not null,
  lot text,
  item text,
  supplier text,
  defect text,
  quantity double precision not null,
  unit text not null,
  owner text,
  eight_d boolean not null,
  opened_at timestamptz not null,
  closed_at timestamptz,
  changed_at timestamptz not null,
  revision integer not null,
  dispositions jsonb not null,
  verification jsonb not null,
  primary key (tenant, id),
  unique (tenant, source),
  unique (tenant, number)
);
create index nonconformities_alike on nonconformities (tenant, supplier, item, opened_at);
create index nonconformities_board on nonconformities (tenant, state, opened_at, id);
create index nonconformities_lot on nonconformities (tenant, lot, opened_at) where lot is not null;
create table eight_d_steps (
  tenant text not null,
  nonconformity text not null,
  step text not null,
  state text not null,
  round integer not null,
  owner text,
  due_at timestamptz not null,
  done_at timestamptz,
  done_by text,
  summary text,
  evidence jsonb not null,
  overdue_level integer not null,
  primary key (tenant, nonconformity, step),
  foreign key (tenant, nonconformity) references nonconformities (tenant, id) on delete cascade
);
create index eight_d_steps_due on eight_d_steps (tenant, due_at) where state = 'open';
create table supplier_requests (
  tenant text not null,
  id text not null,
  nonconformity text not null,
  supplier text not null,
  state text not null,
  round integer not null,
  question text not null,
  contact text,
  issued_at timestamptz not null,
  due_at timestamptz not null,
  first_replied_at timestamptz,
  reply jsonb,
  remark text,
  links jsonb not null,
  overdue_level integer not null default 0,
  primary key (tenant, id),
  foreign key (tenant, nonconformity) references nonconformities (tenant, id) on delete cascade
);
create index supplier_requests_supplier on supplier_requests (tenant, supplier, issued_at);
-- Who did what; only added to.
create table nonconformity_log (
  tenant text not null,
  nonconformity text not null,
  revision integer not null,
  at timestamptz not null,
  by text not null,
  command text not null,
  details jsonb not null,
  primary key (tenant, nonconformity, revision),
  foreign key (tenant, nonconformity) references nonconformities (tenant, id) on delete cascade
);
-- Last number given, by kind and year, such as NCR-2026.
create table quality_numbers (
  tenant text not null,
  series text not null,
  last bigint not null,
  primary key (tenant, series)
);
-- Decisions of inspections as they were told; suppliers are scored from them, and actions are shown to work by them.
create table supplier_decisions (
  tenant text not null,
  lot text not null,
  decision text not null,
  inspection text not null,
  item text not null,
  supplier text not null,
  decided_at timestamptz not null,
  -- A calendar month, YYYY-MM.
  period text not null,
  final boolean not null,
  lot_accepted boolean,
  inspected double precision,
  nonconforming double precision,
  accepted double precision not null,
  rejected double precision not null,
  unit text not null,
  -- Codes of what was found.
  defects jsonb not null,
  primary key (tenant, inspection, decision)
);
create index supplier_decisions_period on supplier_decisions (tenant, supplier, period);
create index supplier_decisions_item on supplier_decisions (tenant, supplier, item, decided_at);
-- Grows with each change of what a score is made from: a score of an older revision never replaces a newer one.
create table supplier_periods (
  tenant text not null,
  supplier text not null,
  period text not null,
  revision bigint not null,
  primary key (tenant, supplier, period)
);
-- Issued once and never changed, but for being replaced.
create table certificates (
  tenant text not null,
  number text not null,
  lot text not null,
  item text,
  -- Of the whole issue: what is asked for twice under one key is issued once.
  request text not null,
  document jsonb not null,
  sha256 text not null,
  issued_at timestamptz not null,
  replaced_by text,
  replaced_at timestamptz,
  replaced_reason text,
  primary key (tenant, number),
  unique (tenant, request)
);
create index certificates_lot on certificates (tenant, lot, issued_at);
-- Deliveries of outside laboratories as they came.
create table laboratory_messages (
  tenant text not null,
  laboratory text not null,
  message text not null,
  -- webhook or event: how it is read.
  origin text not null,
  received_at timestamptz not null,
  raw jsonb not null,
  -- stored, parked (its lot is not known yet), duplicate (of a report that is stored) or refused
  state text not null,
  report text,
  lot text,
  code text,
  problem text,
  primary key (tenant, laboratory, message)
);
create index laboratory_messages_lot on laboratory_messages (tenant, lot) where state = 'parked';
create index laboratory_messages_state on laboratory_messages (tenant, state, received_at, message);
create table laboratory_results (
  tenant text not null,
  laboratory text not null,
  report text not null,
  position integer not null,
  lot text not null,
  characteristic text not null,
  -- In the unit of the characteristic.
  value double precision,
  -- Of a result that is no number.
  finding text,
  unit text,
  reported_value double precision,
  reported_unit text,
  lower_limit double precision,
  upper_limit double precision,
  passed boolean,
  method text,
  uncertainty double precision,
  reported_at timestamptz not null,
  -- Of the whole report as it was read, so that one that comes again can be told from one that was changed.
  digest text not null,
  primary key (tenant, laboratory, report, position)
);
create index laboratory_results_lot on laboratory_results (tenant, lot);
