alter table forecasts drop column yearly_demand, drop column variation, drop column demand_class;
