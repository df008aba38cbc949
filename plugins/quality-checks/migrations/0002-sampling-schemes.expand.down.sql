drop table sampling_schemes;
