drop table suggestions; drop table overrides; drop table forecast_points; drop table forecasts; drop table runs; drop table items;
