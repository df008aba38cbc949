drop table order_shipments, shipment_items, shipments;
