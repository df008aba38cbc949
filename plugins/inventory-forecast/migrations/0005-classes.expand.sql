-- What items are classed by: demand that is forecast for a year, how it scatters, and its kind.
alter table forecasts add column yearly_demand double precision not null default 0;
alter table forecasts add column variation double precision;
alter table forecasts add column demand_class text;
