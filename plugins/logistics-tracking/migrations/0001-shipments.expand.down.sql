drop table handling_units, parcels, shipment_orders, shipments;
