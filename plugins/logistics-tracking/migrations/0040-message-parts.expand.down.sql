drop table message_parts;
alter table messages drop column parts;
