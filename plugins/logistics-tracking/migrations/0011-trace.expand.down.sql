drop table epcis_flows;
drop table epcis_memberships;
