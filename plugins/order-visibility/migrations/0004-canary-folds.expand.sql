-- Set where a version under trial folded last: stable folds it once more, so that nothing of a version that is taken back stays.
alter table heads add column by_canary boolean;

create index heads_by_canary on heads (tenant, order_id) where by_canary;
