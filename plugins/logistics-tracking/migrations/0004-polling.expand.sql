create table polls (
  tenant text not null,
  parcel text not null,
  connection text not null,
  carrier text not null,
  next_at_ms bigint not null,
  failures integer not null default 0,
  last_error text,
  polled_at_ms bigint,
  primary key (tenant, parcel)
);
create index polls_due on polls (tenant, connection, next_at_ms);
