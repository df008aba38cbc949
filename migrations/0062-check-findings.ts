import type { Knex } from 'knex'

/** What the checks of a publish found and let pass: its author and its reviewer read it. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('package_versions', (table) => {
    // A list of at most 200. Versions from before the checks have none.
    table.jsonb('findings').notNullable().defaultTo('[]')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('package_versions', (table) => table.dropColumn('findings'))
}
