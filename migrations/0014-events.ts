import type { Knex } from 'knex'

/** Who may publish which type, what was published, to whom it goes, and what apps may send. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('event_types', (table) => {
    table.text('type').primary()
    // Of the publisher whose plugin declared it first: no other scope may.
    table.text('scope').notNullable()
    table.text('plugin').notNullable()
    table.timestamp('claimed_at').notNullable().defaultTo(knex.fn.now())
  })
  await knex.schema.createTable('events', (table) => {
    table.bigIncrements('sequence')
    table.text('tenant').notNullable()
    table.text('type').notNullable()
    table.text('source').notNullable()
    table.text('id').notNullable()
    // Events of one key are delivered one after the other; null: in no order.
    table.text('key')
    // The CloudEvent as JSON text: jsonb could not hold what a plugin may say, such as \u0000.
    table.text('event').notNullable()
    table.timestamp('published_at').notNullable()
    table.timestamp('at').notNullable().defaultTo(knex.fn.now())
    table.unique(['tenant', 'source', 'id'])
    table.index(['at'])
  })
  await knex.schema.createTable('event_deliveries', (table) => {
    table.bigIncrements('id')
    table.bigInteger('event').notNullable().index()
    table.text('tenant').notNullable()
    table.text('plugin').notNullable()
    table.text('type').notNullable()
    table.text('key')
    // See core/src/events/delivery-states.ts.
    table.text('state').notNullable().defaultTo('waiting')
    table.integer('tries').notNullable().defaultTo(0)
    // When it may be taken. Who takes it moves this to the end of its lease.
    table.timestamp('due_at').notNullable().defaultTo(knex.fn.now())
    // Grows each time it is taken: whoever holds an older number has lost it.
    table.bigInteger('fence').notNullable().defaultTo(0)
    table.text('code')
    table.text('detail')
    table.timestamp('ended_at')
  })
  // Each row is changed twice within a second of its life: what the changes leave is swept up early.
  await knex.raw(
    'alter table event_deliveries set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02)',
  )
  // Only what waits is in these: they stay small however long what is over is kept.
  await knex.raw(
    "create index event_deliveries_due on event_deliveries (tenant, plugin, due_at, id) where state = 'waiting'",
  )
  await knex.raw(
    "create index event_deliveries_key on event_deliveries (tenant, plugin, key, id) where state = 'waiting'",
  )
  await knex.raw(
    "create index event_deliveries_dead on event_deliveries (tenant, id) where state = 'dead'",
  )
  await knex.raw(
    "create index event_deliveries_ended on event_deliveries (ended_at) where state <> 'waiting'",
  )
  await knex.raw(
    `create index grants_of_events on grants (tenant, (parameters ->> 'type'))
     where capability = 'event:subscribe' and revoked_at is null`,
  )
  await knex.schema.createTable('app_event_types', (table) => {
    table.text('tenant').notNullable()
    table.text('app').notNullable()
    // Types, or `orders.*` for all below orders.
    table.jsonb('types').notNullable()
    table.text('changed_by').notNullable()
    table.timestamp('changed_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['tenant', 'app'])
    table.foreign(['tenant', 'app']).references(['tenant', 'id']).inTable('apps')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index grants_of_events')
  const tables = ['app_event_types', 'event_deliveries', 'events', 'event_types']
  for (const table of tables) await knex.schema.dropTable(table)
}
