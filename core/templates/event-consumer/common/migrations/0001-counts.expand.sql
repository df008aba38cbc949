create table counts (
  tenant text not null,
  bin text not null,
  pieces bigint not null,
  counted_at timestamptz not null,
  primary key (tenant, bin)
);
