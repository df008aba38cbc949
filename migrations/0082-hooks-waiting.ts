import type { Knex } from 'knex'

/** How many wait for a plugin is asked with every webhook: of those that wait, not of all that came in a week. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(
    "create index hook_deliveries_waiting on hook_deliveries (tenant, plugin) where state = 'waiting'",
  )
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index hook_deliveries_waiting')
}
