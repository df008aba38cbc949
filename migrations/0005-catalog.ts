import type { Knex } from 'knex'

/** What apps can subscribe to, on which terms, and by which key they call. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('services', (table) => {
    table.text('id').notNullable()
    table.integer('major').notNullable()
    // Null: the host itself provides it.
    table.text('plugin').references('name').inTable('plugins')
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['id', 'major'])
  })
  await knex.schema.createTable('plans', (table) => {
    table.text('service').notNullable()
    table.integer('major').notNullable()
    table.text('name').notNullable()
    // Sustained calls a second, and how many may come at once after silence.
    table.double('rate_per_s').notNullable()
    table.integer('burst').notNullable()
    table.primary(['service', 'major', 'name'])
    table.foreign(['service', 'major']).references(['id', 'major']).inTable('services')
  })
  await knex.schema.createTable('subscriptions', (table) => {
    table.text('id').primary()
    table.text('tenant').notNullable()
    table.text('app').notNullable()
    table.text('service').notNullable()
    table.integer('major').notNullable()
    table.text('plan').notNullable()
    // Operations the key may call; null: all of the service.
    table.jsonb('scopes')
    table.text('state').notNullable()
    // Who suspended it: what the operator stopped, the tenant's own admin may not resume.
    table.text('suspended_by')
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.timestamp('updated_at').notNullable().defaultTo(knex.fn.now())
    table.foreign(['tenant', 'app']).references(['tenant', 'id']).inTable('apps')
    table
      .foreign(['service', 'major', 'plan'])
      .references(['service', 'major', 'name'])
      .inTable('plans')
  })
  await knex.raw(
    "create unique index subscriptions_live on subscriptions (tenant, app, service, major) where state not in ('cancelled', 'rejected')",
  )
  await knex.schema.createTable('credentials', (table) => {
    table.text('id').primary()
    table.text('subscription').notNullable().references('id').inTable('subscriptions')
    table.binary('hash').notNullable().unique()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.timestamp('revoked_at')
  })
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['credentials', 'subscriptions', 'plans', 'services'])
    await knex.schema.dropTable(table)
}
