-- Events of a change that had more of them than a transaction publishes; what is here is to be told yet.
create table events_left (
  tenant text not null,
  id text not null,
  change text not null,
  left_at_ms bigint not null,
  place integer not null,
  event jsonb not null,
  primary key (tenant, id)
);
create index events_left_in_order on events_left (tenant, left_at_ms, change, place);
