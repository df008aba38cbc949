drop table polls;
