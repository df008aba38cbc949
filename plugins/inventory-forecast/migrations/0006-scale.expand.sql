-- How many chunks began at the step that a run is at: a series that ends every one of them is stepped over.
alter table runs add column begun_step integer not null default -1;
alter table runs add column begun_times integer not null default 0;

-- What a tenant with many series counts and lists; the marked are few among them.
create index forecasts_below on forecasts (tenant, sku, location) where is_below;
create index forecasts_at_risk on forecasts (tenant, sku, location) where is_at_risk;
create index forecasts_excess on forecasts (tenant, sku, location) where is_excess;
create index forecasts_alarmed on forecasts (tenant, sku, location) where (monitor->>'isAlarm')::boolean;
create index series_changed on series (tenant, sku, location) where dirty_from is not null;
create index demand_findings_newest on demand_findings (tenant, day desc, sku, location);

-- Promotions of an item, and movements that are old enough to be forgotten.
create index promotions_of_item on promotions using gin (skus);
create index movements_by_age on movements (tenant, moved_at);

create index overrides_newest on overrides (tenant, made_at desc, id desc);
