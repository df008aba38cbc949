import type { Knex } from 'knex'

/** What calls took of the guests that answered them: prices may be by it. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('usage_hours', (table) => {
    // Microseconds; of what was counted before it was measured, none.
    table.decimal('cpu_us', null).notNullable().defaultTo(0)
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('usage_hours', (table) => table.dropColumn('cpu_us'))
}
