create table stock (
  tenant text not null,
  item text not null,
  pieces bigint not null,
  primary key (tenant, item)
);
