-- What lists and responders said of certificates: the files by their SHA-256, asked for again after next_update.
create table revocation_answers (
  tenant text not null,
  sha256 text not null,
  -- crl or ocsp.
  kind text not null,
  -- SHA-256 of the name of a list's issuer, or of the certificate that a response is about.
  subject text not null,
  issuer text not null,
  -- Where it is from; null: an admin gave it.
  address text,
  this_update timestamptz not null,
  next_update timestamptz not null,
  size integer not null,
  kept_at timestamptz not null,
  kept_by text not null,
  primary key (tenant, sha256)
);
create index revocation_answers_by_subject on revocation_answers (tenant, subject);
create index revocation_answers_old on revocation_answers (tenant, next_update);
-- How far a document is with what its policy asks for, and when it is looked at next.
create table document_proofs (
  tenant text not null,
  envelope text not null,
  document text not null,
  due_at timestamptz not null,
  -- In a row that failed.
  attempts integer not null,
  reason text,
  message text,
  -- Until when its newest time stamp protects it.
  protected_until timestamptz,
  changed_at timestamptz not null,
  primary key (tenant, envelope, document),
  foreign key (tenant, envelope) references envelopes (tenant, envelope) on delete cascade
);
create index document_proofs_due on document_proofs (tenant, due_at);
create index document_proofs_failed on document_proofs (tenant, envelope, document) where reason is not null;
