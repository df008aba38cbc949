import type { Knex } from 'knex'

/** What subscribers expect of a service's answers: whom a new version would break. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('subscription_expectations', (table) => {
    table.text('subscription').primary().references('id').inTable('subscriptions')
    // By operation: the places of the answer that the app reads.
    table.jsonb('reads').notNullable()
    table.jsonb('examples').notNullable()
    table.timestamp('updated_at').notNullable().defaultTo(knex.fn.now())
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('subscription_expectations')
}
