drop table mappings, messages;
