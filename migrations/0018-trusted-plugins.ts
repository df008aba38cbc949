import type { Knex } from 'knex'

/** Who published a version: the operator trusts a package by it. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('installations', (table) => {
    // Null: installed before it was kept.
    table.text('publisher')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('installations', (table) => {
    table.dropColumn('publisher')
  })
}
