drop table demand_findings; drop table promotions; drop table quality_lots; drop table receipts; drop table purchase_changes;
drop table purchase_lines; drop table order_cancellations; drop table order_lines; drop table stock_levels; drop table demand_days;
drop table movements; drop table series;
