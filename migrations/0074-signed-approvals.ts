import type { Knex } from 'knex'

/** What a reviewer said of a version's bytes, signed by the reviewer's own key or by the registry. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('review_entries', (table) => {
    // A DSSE envelope, of approvals; null: by a host without a key.
    table.text('statement')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('review_entries', (table) => table.dropColumn('statement'))
}
