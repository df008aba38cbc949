import type { Knex } from 'knex'

/** Where the operator let a plugin be updated from another marketplace than the one it was installed from. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('plugin_marketplaces', (table) => {
    table.text('plugin').primary()
    table.text('fingerprint').notNullable()
    table.text('accepted_by').notNullable()
    table.timestamp('accepted_at').notNullable()
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('plugin_marketplaces')
}
