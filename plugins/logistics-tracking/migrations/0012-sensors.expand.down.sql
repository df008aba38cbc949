drop table sensor_alarms;
drop table sensor_readings;
drop table sensor_series;
drop table sensor_limits;
