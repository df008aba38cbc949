create table exceptions (
  tenant text not null,
  exception text not null,
  shipment text not null,
  kind text not null,
  owner text,
  text jsonb not null,
  opened_at_ms bigint not null,
  closed_at_ms bigint,
  resolution text,
  closed_by text,
  primary key (tenant, exception)
);
-- One of a kind is open at a time.
create unique index exceptions_open on exceptions (tenant, shipment, kind) where closed_at_ms is null;
create index exceptions_newest on exceptions (tenant, opened_at_ms desc, exception);
create index exceptions_owner on exceptions (tenant, owner, opened_at_ms desc);
