create table orders (
  tenant text not null,
  order_no text not null,
  total text not null,
  primary key (tenant, order_no)
);
