import type { Knex } from 'knex'

/** What every change leaves behind: a generation, an audit entry, an event. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('routing', (table) => {
    // One row: the number of the routing table that every node serves.
    table.smallint('id').primary().defaultTo(1).checkBetween([1, 1])
    table.bigInteger('generation').notNullable()
  })
  await knex('routing').insert({ generation: 1 })
  await knex.schema.createTable('audit_entries', (table) => {
    table.bigIncrements('id')
    table.timestamp('at').notNullable().defaultTo(knex.fn.now())
    table.text('tenant')
    table.text('actor').notNullable()
    table.text('action').notNullable()
    table.text('subject').notNullable()
    table.text('outcome').notNullable()
    table.text('trace_id')
    table.bigInteger('generation')
    table.jsonb('detail').notNullable()
    table.index(['tenant', 'id'])
  })
  await knex.schema.createTable('outbox_events', (table) => {
    table.bigIncrements('sequence')
    table.text('id').notNullable().unique()
    table.text('type').notNullable()
    table.text('subject').notNullable()
    table.text('tenant')
    table.jsonb('data').notNullable()
    table.text('trace_id')
    table.timestamp('at').notNullable().defaultTo(knex.fn.now())
  })
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['outbox_events', 'audit_entries', 'routing'])
    await knex.schema.dropTable(table)
}
