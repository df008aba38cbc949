drop table evidence;
drop table document_revisions;
drop table envelope_documents;
drop table envelope_recipients;
drop table envelopes;
drop table uploads;
drop table policies;
drop table templates;
