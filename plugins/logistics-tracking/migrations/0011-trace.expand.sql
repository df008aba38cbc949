-- What was put into what and taken out, as it was told; when it was inside follows from all of it.
create table epcis_memberships (
  tenant text not null,
  parent text not null,
  -- * for all that was in it.
  child text not null,
  kind text not null,
  action text not null,
  at_ms bigint not null,
  event text not null,
  step text,
  primary key (tenant, parent, child, event)
);
create index epcis_memberships_child on epcis_memberships (tenant, child);

-- What came in and out of a transformation, or which lot serial numbers are of. Several events may be of one.
create table epcis_flows (
  tenant text not null,
  flow text not null,
  side text not null,
  key text not null,
  at_ms bigint not null,
  event text not null,
  step text,
  primary key (tenant, flow, side, key, event)
);
create index epcis_flows_key on epcis_flows (tenant, key, side);
