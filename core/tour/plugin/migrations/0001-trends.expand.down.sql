drop table trends;
