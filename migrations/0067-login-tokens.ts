import type { Knex } from 'knex'

/**
 * Which tokens a login made: of those only so many are in force, and the oldest go. Tokens from before count as made
 * on purpose, since nobody knows.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('publisher_tokens', (table) => {
    table.boolean('is_login').notNullable().defaultTo(false)
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('publisher_tokens', (table) => table.dropColumn('is_login'))
}
