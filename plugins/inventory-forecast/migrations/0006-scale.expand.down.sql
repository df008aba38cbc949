drop index overrides_newest, movements_by_age, promotions_of_item, demand_findings_newest, series_changed, forecasts_alarmed, forecasts_excess, forecasts_at_risk, forecasts_below;
alter table runs drop column begun_times, drop column begun_step;
