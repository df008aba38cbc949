/** Counts 10¹² rows: hours of work that spill nothing. One long series would meet `temp_file_limit` before a deadline of seconds. */
export const endlessSql =
  'SELECT count(*) FROM generate_series(1, 10000) a, generate_series(1, 10000) b, generate_series(1, 10000) c'
