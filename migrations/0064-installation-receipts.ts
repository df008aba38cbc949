import type { Knex } from 'knex'

/** What the host found when it installed a version, signed by itself; and whose word it takes beside its own marketplace's. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('installations', (table) => {
    // A compact JWS of the host's own key; null: installed before, or by a host without a key.
    table.text('receipt')
  })
  await knex.schema.createTable('trusted_marketplaces', (table) => {
    // Of the key that the operator pinned.
    table.text('keyid').primary()
    // The host's own JWS over the row: a pin that somebody put into the database is none.
    table.text('statement').notNullable()
    table.text('pinned_by').notNullable()
    table.timestamp('pinned_at').notNullable()
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('trusted_marketplaces')
  await knex.schema.alterTable('installations', (table) => table.dropColumn('receipt'))
}
