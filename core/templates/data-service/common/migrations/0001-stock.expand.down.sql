drop table stock;
