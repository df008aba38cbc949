-- Instants are milliseconds since the epoch, as in the event hash.
create table epcis_events (
  tenant text not null,
  -- The event hash; with #error behind it where the event says that the one with this hash was wrong.
  event text not null,
  event_id text,
  declares_error boolean not null,
  -- Another event says that this one was wrong: it is kept, and no more counts.
  erroneous boolean not null default false,
  event_type text not null,
  at_ms bigint not null,
  recorded_ms bigint not null,
  action text,
  biz_step text,
  disposition text,
  read_point text,
  biz_location text,
  -- As it was sent, and the prefixes that its names need.
  body jsonb not null,
  prefixes jsonb not null,
  captured_by text not null,
  -- What it says of units on their way is not counted yet.
  scans_due boolean not null default false,
  primary key (tenant, event)
);
create index epcis_events_scans_due on epcis_events (tenant, recorded_ms, event) where scans_due;
create index epcis_events_in_time on epcis_events (tenant, at_ms desc, event desc);
create index epcis_events_recorded on epcis_events (tenant, recorded_ms, event);
create index epcis_events_id on epcis_events (tenant, event_id) where event_id is not null;
create index epcis_events_type on epcis_events (tenant, event_type, at_ms desc, event desc);
create index epcis_events_action on epcis_events (tenant, action, at_ms desc, event desc);
create index epcis_events_step on epcis_events (tenant, biz_step, at_ms desc, event desc);
create index epcis_events_disposition on epcis_events (tenant, disposition, at_ms desc, event desc);
create index epcis_events_read_point on epcis_events (tenant, read_point, at_ms desc, event desc);
create index epcis_events_location on epcis_events (tenant, biz_location, at_ms desc, event desc);
create index epcis_events_declaring on epcis_events (tenant, at_ms desc, event desc) where declares_error;
create index epcis_events_erroneous on epcis_events (tenant, at_ms desc, event desc) where erroneous;

-- What an event names, by canonical Digital Link where it is a GS1 key. Byte order, so that a pattern is a range.
create table epcis_keys (
  tenant text not null,
  key text collate "C" not null,
  role text not null,
  event text not null,
  at_ms bigint not null,
  primary key (tenant, key, role, event)
);
create index epcis_keys_in_time on epcis_keys (tenant, key, at_ms desc, event);
create index epcis_keys_event on epcis_keys (tenant, event);
