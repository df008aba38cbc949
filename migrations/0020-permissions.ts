import type { Knex } from 'knex'

/** Whose a permission is: the scope that declared it first. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('permissions', (table) => {
    table.text('id').primary()
    table.text('scope').notNullable()
    table.text('plugin').notNullable()
    table.timestamp('claimed_at').notNullable().defaultTo(knex.fn.now())
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('permissions')
}
