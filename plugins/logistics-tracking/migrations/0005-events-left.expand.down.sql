drop table events_left;
