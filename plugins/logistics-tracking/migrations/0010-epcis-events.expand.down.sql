drop table epcis_keys;
drop table epcis_events;
