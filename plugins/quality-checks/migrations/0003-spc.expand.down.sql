drop table gauge_studies;
drop table spc_alarms;
drop table spc_points;
drop table spc_limits;
drop table spc_charts;
