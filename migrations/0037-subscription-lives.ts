import type { Knex } from 'knex'

/**
 * Plans have versions, and a subscription names one: a change of terms is not one of what others agreed to. What is
 * asked for waits for the owner of the service, ends at its time, and each change is fenced by a revision.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('services', (table) => {
    // Whose admins decide who may subscribe, beside the operator; null: the operator alone.
    table.text('owner_tenant').references('id').inTable('tenants')
  })
  await knex.schema.alterTable('plans', (table) => {
    table.text('status').notNullable().defaultTo('published')
    // The one that new subscriptions get. Its rate and burst stand here too, for nodes of before.
    table.integer('version').notNullable().defaultTo(1)
  })
  await knex.schema.createTable('plan_versions', (table) => {
    table.text('service').notNullable()
    table.integer('major').notNullable()
    table.text('plan').notNullable()
    table.integer('version').notNullable()
    table.double('rate_per_s').notNullable()
    table.integer('burst').notNullable()
    // Quota, concurrency, hidden fields, rows, price, approval: see core/src/catalog/plan.ts.
    table.jsonb('terms').notNullable().defaultTo('{}')
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['service', 'major', 'plan', 'version'])
    table
      .foreign(['service', 'major', 'plan'])
      .references(['service', 'major', 'name'])
      .inTable('plans')
  })
  await knex.raw(
    `insert into plan_versions (service, major, plan, version, rate_per_s, burst)
     select service, major, name, 1, rate_per_s, burst from plans`,
  )
  await knex.schema.alterTable('subscriptions', (table) => {
    table.integer('plan_version').notNullable().defaultTo(1)
    // The plan that waits for the owner's word, while the present one serves.
    table.text('wanted_plan')
    table.integer('revision').notNullable().defaultTo(1)
    table.timestamp('expires_at')
    // How many days before the end the last notice was for; null: none was due yet.
    table.integer('noticed_days')
    table.text('purpose')
    table.text('reason')
    table.text('decided_by')
    // On whose side: what the owner of the service stopped, the tenant's own admin may not resume.
    table.text('suspended_as')
    table
      .foreign(['service', 'major', 'plan', 'plan_version'])
      .references(['service', 'major', 'plan', 'version'])
      .inTable('plan_versions')
    table.index(['service', 'major'])
  })
  await knex('subscriptions')
    .whereNotNull('suspended_by')
    .update({
      suspended_as: knex.raw(
        "case suspended_by when 'operator' then 'owner' else 'subscriber' end",
      ),
    })
  await knex.raw(
    'create index subscriptions_ending on subscriptions (expires_at) where expires_at is not null',
  )
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('subscriptions', (table) => {
    table.dropForeign(['service', 'major', 'plan', 'plan_version'])
    table.dropIndex(['service', 'major'])
    for (const column of [
      'plan_version',
      'wanted_plan',
      'revision',
      'expires_at',
      'noticed_days',
      'purpose',
      'reason',
      'decided_by',
      'suspended_as',
    ])
      table.dropColumn(column)
  })
  await knex.schema.dropTable('plan_versions')
  await knex.schema.alterTable('plans', (table) => {
    table.dropColumn('status')
    table.dropColumn('version')
  })
  await knex.schema.alterTable('services', (table) => {
    table.dropColumn('owner_tenant')
  })
}
