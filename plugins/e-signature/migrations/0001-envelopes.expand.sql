-- Templates, policies, envelopes with their documents and recipients, and the chain of evidence.
create table templates (
  tenant text not null,
  template text not null,
  version integer not null,
  title text not null,
  details jsonb not null,
  changed_at timestamptz not null,
  changed_by text not null,
  primary key (tenant, template, version)
);
create table policies (
  tenant text not null,
  policy text not null,
  details jsonb not null,
  revision integer not null,
  changed_at timestamptz not null,
  changed_by text not null,
  primary key (tenant, policy)
);
create table uploads (
  tenant text not null,
  sha256 text not null,
  name text not null,
  size integer not null,
  pages integer not null,
  uploaded_at timestamptz not null,
  uploaded_by text not null,
  primary key (tenant, sha256)
);
create table envelopes (
  tenant text not null,
  envelope text not null,
  title text not null,
  state text not null,
  order_id text,
  expires_at timestamptz not null,
  -- When somebody is to be reminded next; null: nobody is.
  remind_at timestamptz,
  -- Something is left that waits for no person.
  has_work boolean not null,
  -- Signatures wait for a time stamp.
  has_upgrades boolean not null,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  revision integer not null,
  details jsonb not null,
  primary key (tenant, envelope)
);
create index envelopes_newest on envelopes (tenant, created_at, envelope);
create index envelopes_by_state on envelopes (tenant, state, created_at, envelope);
create index envelopes_by_order on envelopes (tenant, order_id) where order_id is not null;
create index envelopes_expiring on envelopes (tenant, expires_at) where state in ('sent', 'partly-signed');
create index envelopes_reminding on envelopes (tenant, remind_at) where remind_at is not null;
create index envelopes_working on envelopes (tenant, changed_at) where has_work;
create index envelopes_upgrading on envelopes (tenant, changed_at) where has_upgrades;
create table envelope_recipients (
  tenant text not null,
  envelope text not null,
  recipient text not null,
  position integer not null,
  name text not null,
  organisation text,
  account text,
  state text not null,
  details jsonb not null,
  primary key (tenant, envelope, recipient),
  foreign key (tenant, envelope) references envelopes (tenant, envelope) on delete cascade
);
create index envelope_recipients_by_account on envelope_recipients (tenant, account) where account is not null;
create table envelope_documents (
  tenant text not null,
  envelope text not null,
  document text not null,
  position integer not null,
  sha256 text not null,
  details jsonb not null,
  -- What the next increment is written from.
  plan jsonb,
  primary key (tenant, envelope, document),
  foreign key (tenant, envelope) references envelopes (tenant, envelope) on delete cascade
);
-- Each revision of a document, whole; the newest is what the document is.
create table document_revisions (
  tenant text not null,
  envelope text not null,
  document text not null,
  revision integer not null,
  sha256 text not null,
  size integer not null,
  recipient text,
  field text,
  level text,
  at timestamptz not null,
  primary key (tenant, envelope, document, revision),
  foreign key (tenant, envelope) references envelopes (tenant, envelope) on delete cascade
);
create index document_revisions_by_hash on document_revisions (tenant, envelope, document, sha256);
-- One signature of a recipient in a document, whoever made it and however often it was tried.
create unique index document_revisions_once on document_revisions (tenant, envelope, document, recipient, field)
  where recipient is not null and field is not null;
create table evidence (
  tenant text not null,
  envelope text not null,
  seq integer not null,
  at timestamptz not null,
  what text not null,
  who text not null,
  data jsonb not null,
  previous text not null,
  hash text not null,
  primary key (tenant, envelope, seq)
);
