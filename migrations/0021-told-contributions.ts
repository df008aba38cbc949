import type { Knex } from 'knex'

/** What the owners of extension points were last told of. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('told_contributions', (table) => {
    table.text('tenant').notNullable()
    table.text('plugin').notNullable()
    table.text('point').notNullable()
    // Of the versions that put something there; empty: none does.
    table.text('digest').notNullable()
    table.primary(['tenant', 'plugin', 'point'])
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('told_contributions')
}
