import type { Knex } from 'knex'

/**
 * Plugins that are to be looked at once more, of whatever changed. Rows are only added by a change, so that none waits
 * for another, or for a look, to write that something is new.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('plugin_update_wakes', (table) => {
    table.bigIncrements('id')
    table.text('plugin').notNullable()
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('plugin_update_wakes')
}
