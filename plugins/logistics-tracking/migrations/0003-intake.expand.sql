-- Bodies as they came, so that they can be read again when a pack or a mapping is better.
create table messages (
  tenant text not null,
  message text not null,
  source text not null,
  pack text not null,
  received_at_ms bigint not null,
  state text not null,
  scans integer not null default 0,
  faults jsonb not null default '[]',
  body jsonb not null,
  primary key (tenant, message)
);
create index messages_newest on messages (tenant, received_at_ms desc, message);
create index messages_state on messages (tenant, state, pack, received_at_ms);

create table mappings (
  tenant text not null,
  pack text not null,
  code text not null,
  status text not null,
  reason text,
  corrects text,
  set_by text not null,
  set_at_ms bigint not null,
  primary key (tenant, pack, code)
);
