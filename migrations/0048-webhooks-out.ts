import type { Knex } from 'knex'

/** Endpoints that the host sends events to, and what waits for each of them or became of it. */
export async function up(knex: Knex): Promise<void> {
  // What is the host's own, such as secrets of the operator's endpoints, is sealed as what is a tenant's: under ''.
  await knex.schema.alterTable('secret_keys', (table) => table.dropForeign(['tenant']))
  await knex.schema.createTable('webhook_endpoints', (table) => {
    table.text('id').primary()
    // Null: the operator's, for events of the host.
    table.text('tenant').references('id').inTable('tenants')
    // Null: events of the host that concern the tenant, and none of data services.
    table.text('app')
    table.text('url').notNullable()
    // Types, or `orders.*` for all below orders.
    table.jsonb('types').notNullable()
    // Only events of these keys; null: of all.
    table.jsonb('keys')
    table.text('description').notNullable().defaultTo('')
    // See core/src/webhooks-out/endpoint-states.ts.
    table.text('state').notNullable()
    table.text('disabled_for')
    // What it is signed with, sealed for its owner; while it is exchanged the one before is in force, too.
    table.binary('sealed').notNullable()
    table.text('data_key').notNullable().references('id').inTable('secret_keys')
    table.binary('previous_sealed')
    table.text('previous_data_key').references('id').inTable('secret_keys')
    table.timestamp('previous_until')
    // Tries that failed in a row, since when, and how long none is made.
    table.integer('failures').notNullable().defaultTo(0)
    table.timestamp('failing_since')
    table.timestamp('rest_until')
    table.text('created_by').notNullable()
    table.timestamp('created_at').notNullable()
    table.timestamp('changed_at').notNullable()
    table.foreign(['tenant', 'app']).references(['tenant', 'id']).inTable('apps')
    table.index(['tenant', 'id'])
  })
  await makeDeliveries(knex)
  await knex.schema.createTable('webhook_fan_out', (table) => {
    // One row: up to where the event log was read. Held by the node that reads.
    table.smallint('id').primary().defaultTo(1).checkBetween([1, 1])
    table.bigInteger('sequence').notNullable()
  })
  await knex.raw(
    'insert into webhook_fan_out (sequence) select coalesce(max(sequence), 0) from events',
  )
}

async function makeDeliveries(knex: Knex): Promise<void> {
  await knex.schema.createTable('webhook_deliveries', (table) => {
    // Drawn while the logs are read in order by one node at a time: of a key the lower number is the earlier event.
    table.bigIncrements('id')
    // No foreign key: who ends an endpoint with a long line does not wait for the line.
    table.text('endpoint').notNullable()
    table.text('tenant')
    table.text('message').notNullable()
    // Of the event log; null: `body` has the event.
    table.bigInteger('event')
    table.text('body')
    table.text('type').notNullable()
    table.text('key')
    // See core/src/webhooks-out/delivery-states.ts.
    table.text('state').notNullable()
    table.integer('attempts').notNullable().defaultTo(0)
    // When it may be taken. Who takes it moves this to the end of its lease.
    table.timestamp('due_at').notNullable()
    // Grows each time it is taken: whoever holds an older number has lost it.
    table.bigInteger('fence').notNullable().defaultTo(0)
    table.integer('last_status')
    table.text('last_code')
    table.text('last_answer')
    table.integer('last_ms')
    table.timestamp('last_at')
    table.timestamp('created_at').notNullable()
    table.timestamp('ended_at')
    table.index(['endpoint', 'id'])
  })
  await knex.raw(
    'alter table webhook_deliveries set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02)',
  )
  // Only what waits is in these: they stay small however long what is over is kept.
  await knex.raw(
    "create index webhook_deliveries_due on webhook_deliveries (endpoint, due_at, id) where state = 'waiting'",
  )
  await knex.raw(
    "create index webhook_deliveries_key on webhook_deliveries (endpoint, key, id) where state = 'waiting'",
  )
  await knex.raw(
    "create index webhook_deliveries_ended on webhook_deliveries (ended_at) where state <> 'waiting'",
  )
  await knex.raw(
    'create index webhook_deliveries_event on webhook_deliveries (event) where event is not null',
  )
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['webhook_fan_out', 'webhook_deliveries', 'webhook_endpoints'])
    await knex.schema.dropTable(table)
  await knex('secret_keys').where({ tenant: '' }).delete()
  await knex.schema.alterTable('secret_keys', (table) => {
    table.foreign('tenant').references('id').inTable('tenants')
  })
}
