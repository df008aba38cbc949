import type { Knex } from 'knex'

/** What the host found when it installed a version, signed by itself. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('installations', (table) => {
    // A compact JWS of the host's own key; null: installed before, or by a host without a key.
    table.text('receipt')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('installations', (table) => table.dropColumn('receipt'))
}
