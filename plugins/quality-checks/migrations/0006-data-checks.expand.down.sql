drop table data_run_keys;
drop table data_bad_rows;
drop table data_results;
drop table data_runs;
drop table data_checks;
drop table data_batches;
drop table data_rows;
drop table data_sets;
