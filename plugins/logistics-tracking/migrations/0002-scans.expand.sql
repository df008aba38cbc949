-- What was said, as it was said: only the meaning of a word may come later.
create table scans (
  tenant text not null,
  parcel text not null,
  at_ms bigint not null,
  -- Of all that the sender said: said again it is the same row.
  digest text not null,
  status text,
  code text not null,
  pack text not null,
  place text not null,
  source text not null,
  reason text,
  text text,
  signed_by text,
  latitude double precision,
  longitude double precision,
  corrects text,
  -- The sender's own name of what happened, and that of what it says never did.
  event text,
  voids text,
  known_at_ms bigint not null,
  quarantined boolean not null default false,
  message text,
  primary key (tenant, parcel, at_ms, digest)
);
create index scans_code on scans (tenant, pack, code);
create index scans_unmapped on scans (tenant, pack, code) where status is null;
create index scans_quarantined on scans (tenant, at_ms) where quarantined;
