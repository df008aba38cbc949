drop table places, positions, planned_routes;
alter table shipments drop column position_at_ms, drop column position_latitude, drop column position_longitude, drop column position_place;
