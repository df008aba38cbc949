import type { Knex } from 'knex'

/** The last batch of calls that a node wrote into the audit: a batch that is tried again is written once. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('audit_writers', (table) => {
    table.text('node').primary()
    table.bigInteger('batch').notNullable()
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('audit_writers')
}
