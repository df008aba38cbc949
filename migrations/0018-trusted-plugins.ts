import type { Knex } from 'knex'

/** Who published a version, by which the operator trusts a package; and who runs a resource, since which start. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('installations', (table) => {
    // Null: installed before it was kept.
    table.text('publisher')
  })
  await knex.schema.createTable('resource_leases', (table) => {
    table.text('resource')
    // A node's data folder, or * for what there is once on the host.
    table.text('place')
    table.text('holder').notNullable()
    table.bigInteger('fence').notNullable()
    table.timestamp('expires_at').notNullable()
    table.primary(['resource', 'place'])
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('resource_leases')
  await knex.schema.alterTable('installations', (table) => {
    table.dropColumn('publisher')
  })
}
