-- Links that customers hold; the host keeps what they are made of.
create table shares (
  tenant text not null,
  share text not null,
  order_id text not null,
  shared_by text not null,
  shared_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_by text,
  primary key (tenant, share)
);

create index shares_of_order on shares (tenant, order_id, shared_at desc);
