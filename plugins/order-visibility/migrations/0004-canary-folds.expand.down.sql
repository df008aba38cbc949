drop index heads_by_canary;
alter table heads drop column by_canary;
