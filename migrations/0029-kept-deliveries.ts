import type { Knex } from 'knex'

/** Events that are kept for the new version of a rollout; they are few, and looked for every two seconds. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(
    "create index event_deliveries_kept on event_deliveries (tenant, plugin, id) where state = 'kept'",
  )
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index event_deliveries_kept')
}
