import type { Knex } from 'knex'

/**
 * What nodes agree on: bursts, and how much of a quota was handed out. Bursts are unlogged: they are written many times
 * a second, and after a crash of PostgreSQL every burst is there again, which is what a start means anyway.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create unlogged table burst_limits (
      key text primary key,
      -- Theoretical arrival time, milliseconds since the epoch by the database's clock.
      tat_ms float8 not null,
      granted integer not null,
      -- What was asked last: an upsert reads it from the row that it wanted to insert.
      wished integer not null,
      interval_ms float8 not null,
      burst integer not null,
      floor_ms float8 not null
    ) with (fillfactor = 50)`)
  await knex.raw('create index burst_limits_tat on burst_limits (tat_ms)')
  await knex.raw(`
    create table quota_periods (
      subscription text not null references subscriptions (id) on delete cascade,
      per text not null,
      starts_at timestamptz not null,
      -- Handed out to nodes; what they did not spend comes back.
      used bigint not null,
      granted bigint not null,
      -- The quota of which the thresholds were told; another plan within the period has thresholds of its own.
      told_80_of bigint not null default 0,
      told_100_of bigint not null default 0,
      primary key (subscription, per, starts_at)
    ) with (fillfactor = 70)`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('quota_periods')
  await knex.schema.dropTable('burst_limits')
}
