drop table scans;
