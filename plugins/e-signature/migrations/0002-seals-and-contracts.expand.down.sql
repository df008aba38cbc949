drop table bulk_rows;
drop table bulk_sends;
drop table contract_notices;
drop table contracts;
drop table seal_changes;
drop table seals;
