create table trends (
  tenant text not null,
  id bigint generated always as identity,
  slope double precision not null,
  primary key (tenant, id)
);
