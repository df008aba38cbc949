import type { Knex } from 'knex'

/** The schema of a version's settings, for reviewers: what a new one asks of tenants is told key by key. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('package_versions', (table) => {
    // JSON as text, since jsonb holds not all of JSON; null: none, or published before this was kept.
    table.text('config_schema')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('package_versions', (table) => table.dropColumn('config_schema'))
}
