import type { Knex } from 'knex'

/** Secrets that every node of one database shares, such as the one that role passwords are derived from. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('host_secrets', (table) => {
    table.text('name').primary()
    table.text('value').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('host_secrets')
}
