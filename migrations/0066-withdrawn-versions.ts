import type { Knex } from 'knex'

/** What the marketplace took out of circulation, as hosts route by it; written in the transaction that takes it out. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('withdrawn_versions', (table) => {
    // Also of packages that no host has installed: who installs one later is told the same.
    table.text('package').notNullable()
    table.text('version').notNullable()
    table.text('state').notNullable()
    table.text('reason').notNullable()
    table.text('withdrawn_by').notNullable()
    table.timestamp('withdrawn_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['package', 'version'])
    table.check(`state in ('yanked', 'blocked')`, [], 'withdrawn_versions_state')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('withdrawn_versions')
}
