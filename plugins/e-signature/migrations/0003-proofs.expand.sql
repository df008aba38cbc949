-- Authenticator apps and passkeys of users, by which they show who they are when they sign.
create table enrolled_proofs (
  tenant text not null,
  account text not null,
  -- totp, passkey, or the challenge of a ceremony that has begun.
  proof text not null,
  id text not null,
  details jsonb not null,
  is_confirmed boolean not null,
  attempts integer not null,
  locked_until timestamptz,
  created_at timestamptz not null,
  revision integer not null,
  primary key (tenant, account, proof, id)
);
