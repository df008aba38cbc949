import type { Knex } from 'knex'

/** When a delivery was last put into its line: one that is replayed after weeks has not waited for weeks. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('webhook_deliveries', (table) => {
    // Null: when it was made.
    table.timestamp('replayed_at')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('webhook_deliveries', (table) => table.dropColumn('replayed_at'))
}
