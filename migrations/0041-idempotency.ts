import type { Knex } from 'knex'

/**
 * Calls with an Idempotency-Key: that one began, and how it ended. A row without an end whose time is over is of a call
 * that nobody knows the outcome of.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table idempotent_calls (
      caller text not null,
      operation text not null,
      key text not null,
      -- SHA-256 of the input as it came.
      fingerprint bytea not null,
      -- Which claim this is: a call that comes back late must not end another's.
      claim uuid not null,
      -- By then it has an end, or nobody will tell of one.
      ends_at timestamptz not null,
      expires_at timestamptz not null,
      -- Of one that ended: 'answered', 'refused' or 'unknown'.
      outcome text,
      status integer,
      version text,
      code text,
      -- The answer or the refusal, sealed; null where it was too large to keep.
      data_key text,
      sealed bytea,
      primary key (caller, operation, key)
    )`)
  await knex.raw('create index idempotent_calls_expires on idempotent_calls (expires_at)')
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('idempotent_calls')
}
