drop table lane_models;
drop table shipment_arrivals;
alter table shipments drop column look_at_ms;
