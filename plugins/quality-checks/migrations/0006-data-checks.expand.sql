create table data_sets (
  tenant text not null,
  dataset text not null,
  revision integer not null,
  definition jsonb not null,
  -- Rows from first_row up to next_row are the dataset; those before were replaced and wait to be removed.
  first_row bigint not null,
  next_row bigint not null,
  -- Rows below it were looked at by a finished run.
  checked_row bigint not null,
  loaded_at timestamptz,
  primary key (tenant, dataset)
);

-- A value stands in the slot of its column: numbers, instants (milliseconds) and booleans (0, 1) in n1 to n24, texts and JSON in
-- t1 to t24. x has by slot the texts of values that are not of their column's type.
create table data_rows (
  tenant text not null,
  dataset text not null,
  seq bigint not null,
  n1 double precision,
  n2 double precision,
  n3 double precision,
  n4 double precision,
  n5 double precision,
  n6 double precision,
  n7 double precision,
  n8 double precision,
  n9 double precision,
  n10 double precision,
  n11 double precision,
  n12 double precision,
  n13 double precision,
  n14 double precision,
  n15 double precision,
  n16 double precision,
  n17 double precision,
  n18 double precision,
  n19 double precision,
  n20 double precision,
  n21 double precision,
  n22 double precision,
  n23 double precision,
  n24 double precision,
  t1 text,
  t2 text,
  t3 text,
  t4 text,
  t5 text,
  t6 text,
  t7 text,
  t8 text,
  t9 text,
  t10 text,
  t11 text,
  t12 text,
  t13 text,
  t14 text,
  t15 text,
  t16 text,
  t17 text,
  t18 text,
  t19 text,
  t20 text,
  t21 text,
  t22 text,
  t23 text,
  t24 text,
  x jsonb,
  primary key (tenant, dataset, seq)
);

create table data_batches (
  tenant text not null,
  dataset text not null,
  batch text not null,
  digest text not null,
  rows integer not null,
  first_row bigint not null,
  received_at timestamptz not null,
  primary key (tenant, dataset, batch)
);

create table data_checks (
  tenant text not null,
  check_id text not null,
  dataset text not null,
  revision integer not null,
  definition jsonb not null,
  -- Of the newest result that assessed something; what the next one is a change from.
  state text,
  state_since timestamptz,
  primary key (tenant, check_id)
);
create index data_checks_of on data_checks (tenant, dataset, check_id);

create table data_runs (
  tenant text not null,
  run text not null,
  dataset text not null,
  state text not null,
  revision integer not null,
  -- Checks as they were at the start, and the rows that they look at.
  plan jsonb not null,
  progress jsonb not null,
  -- The reason of a run that failed.
  problem text,
  started_at timestamptz not null,
  touched_at timestamptz not null,
  finished_at timestamptz,
  primary key (tenant, run)
);
create unique index data_runs_one on data_runs (tenant, dataset) where state = 'running';
create index data_runs_newest on data_runs (tenant, dataset, started_at);

create table data_results (
  tenant text not null,
  dataset text not null,
  check_id text not null,
  run text not null,
  finished_at timestamptz not null,
  state text not null,
  assessed bigint not null,
  unexpected bigint not null,
  -- Null where nothing was assessed: it is no pass.
  pass_rate double precision,
  value double precision,
  reason text,
  primary key (tenant, check_id, run)
);
create index data_results_newest on data_results (tenant, check_id, finished_at);

create table data_bad_rows (
  tenant text not null,
  run text not null,
  check_id text not null,
  place integer not null,
  -- Sensitive columns are masked before they come here.
  shown jsonb not null,
  primary key (tenant, run, check_id, place)
);

-- Keys of a set that one statement cannot hold, kept while a run counts them: of each chunk of rows a row for each bucket that
-- their hash falls into. keys are MD5, places count from first_row, measures are of the rule agree.
create table data_run_keys (
  tenant text not null,
  run text not null,
  check_id text not null,
  side smallint not null,
  bucket integer not null,
  first_row bigint not null,
  keys uuid[] not null,
  places integer[] not null,
  measures double precision[],
  primary key (tenant, run, check_id, side, bucket, first_row)
);
