import type { Knex } from 'knex'

/** Changes that plugins may hear of and were not told yet; and how old rows of the outbox are found. */
export async function up(knex: Knex): Promise<void> {
  // A table and no mark in the outbox: who tells plugins and who queues webhooks would lock the same rows. By its
  // reference no row that is still to be told can leave the outbox.
  await knex.schema.createTable('host_news', (table) => {
    table.bigInteger('sequence').primary().references('sequence').inTable('outbox_events')
  })
  // Of rollouts how far was told stood in told_rollouts.
  await knex.raw(
    `insert into host_news select o.sequence from outbox_events o, told_rollouts t
      where o.type like 'signalbox.rollout.%' and (o.data ->> 'generation')::bigint > t.generation`,
  )
  await knex.raw('create index outbox_events_by_age on outbox_events (at)')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index outbox_events_by_age')
  // What was told is not told again by a host that counts generations.
  await knex.raw('update told_rollouts set generation = (select generation from routing)')
  await knex.schema.dropTable('host_news')
}
