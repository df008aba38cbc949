import type { Knex } from 'knex'

/** When a major of a service is deprecated, when it ends, and how its callers are told. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('service_deprecations', (table) => {
    table.text('service').notNullable()
    table.integer('major').notNullable()
    table.timestamp('deprecated_at').notNullable()
    table.timestamp('sunset_at')
    table.integer('successor')
    table.text('information')
    table.jsonb('brown_outs').notNullable().defaultTo('[]')
    // As of subscriptions: the last notice's days before sunset.
    table.integer('noticed_days')
    table.primary(['service', 'major'])
    table.foreign(['service', 'major']).references(['id', 'major']).inTable('services')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('service_deprecations')
}
