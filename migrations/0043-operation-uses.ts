import type { Knex } from 'knex'

/** Who uses which operation, by day, and what subscribers expect of its answers: whom a new version would break. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('operation_uses', (table) => {
    table.text('subscription').notNullable().references('id').inTable('subscriptions')
    table.text('operation').notNullable()
    // In UTC.
    table.date('day').notNullable()
    table.bigInteger('calls').notNullable()
    table.primary(['subscription', 'operation', 'day'])
    table.index('day')
  })
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
  await knex.schema.dropTable('operation_uses')
}
