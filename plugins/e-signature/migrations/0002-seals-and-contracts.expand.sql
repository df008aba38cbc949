-- Seals of organisations, the register of contracts, and envelopes sent by the hundred.
create table seals (
  tenant text not null,
  seal text not null,
  details jsonb not null,
  revision integer not null,
  primary key (tenant, seal)
);
create table seal_changes (
  tenant text not null,
  seal text not null,
  revision integer not null,
  details jsonb not null,
  at timestamptz not null,
  who text not null,
  primary key (tenant, seal, revision)
);
create table contracts (
  tenant text not null,
  contract text not null,
  envelope text not null,
  title text not null,
  parties text[] not null,
  amount numeric(21, 6),
  currency text,
  starts_on date,
  ends_on date,
  owner text,
  terms jsonb not null,
  signed_at timestamptz not null,
  revision integer not null,
  primary key (tenant, contract),
  unique (tenant, envelope)
);
create index contracts_ending on contracts (tenant, ends_on) where ends_on is not null;
create index contracts_newest on contracts (tenant, signed_at, contract);
-- What was told of the end of a contract: each notice once, and again where the end was moved.
create table contract_notices (
  tenant text not null,
  contract text not null,
  ends_on date not null,
  days integer not null,
  told_at timestamptz not null,
  primary key (tenant, contract, ends_on, days)
);
create table bulk_sends (
  tenant text not null,
  bulk text not null,
  template text not null,
  total integer not null,
  created_at timestamptz not null,
  created_by text not null,
  primary key (tenant, bulk)
);
create table bulk_rows (
  tenant text not null,
  bulk text not null,
  position integer not null,
  input jsonb not null,
  state text not null,
  envelope text,
  code text,
  message text,
  primary key (tenant, bulk, position),
  foreign key (tenant, bulk) references bulk_sends (tenant, bulk) on delete cascade
);
create index bulk_rows_waiting on bulk_rows (tenant, bulk, position) where state = 'waiting';
