-- Bodies that are longer than one statement can write, cut in parts; the row of the message is written after all of them.
alter table messages add column parts integer not null default 0;
create table message_parts (
  tenant text not null,
  message text not null,
  part integer not null,
  received_at_ms bigint not null,
  content text not null,
  primary key (tenant, message, part)
);
create index message_parts_oldest on message_parts (tenant, received_at_ms);
