import type { Knex } from 'knex'

/** What subscribers used, exactly, and what is not known for certain. */
export async function up(knex: Knex): Promise<void> {
  await nodes(knex)
  await hours(knex)
  await units(knex)
  await leases(knex)
  await statements(knex)
}

async function nodes(knex: Knex): Promise<void> {
  await knex.schema.createTable('usage_nodes', (table) => {
    // A run of a host: each start is another.
    table.text('node').primary()
    table.text('folder').notNullable()
    // The last batch: a batch that is sent again is counted once.
    table.bigInteger('batch').notNullable()
    table.timestamp('since').notNullable().defaultTo(knex.fn.now())
    // Everything before it is counted.
    table.timestamp('marked_at').notNullable().defaultTo(knex.fn.now())
    // 'clean' or 'lost': between marked_at and found_at of a lost one calls may be missing.
    table.text('ended')
    table.timestamp('found_at')
    table.index(['ended', 'found_at'])
  })
}

async function hours(knex: Knex): Promise<void> {
  await knex.schema.createTable('usage_hours', (table) => {
    table.text('subscription').notNullable()
    // In UTC; of what was rolled up, the first of its day.
    table.timestamp('hour').notNullable()
    table.text('operation').notNullable()
    table.text('version').notNullable()
    table.text('status_class').notNullable()
    // What was agreed when it was called, as '0.05 CNY call'; '' is nothing.
    table.text('price').notNullable()
    table.text('tenant').notNullable()
    table.text('app').notNullable()
    table.text('service').notNullable()
    table.integer('major').notNullable()
    // Who provided it then; '' is the host.
    table.text('plugin').notNullable()
    table.bigInteger('calls').notNullable()
    table.decimal('bytes_in', null).notNullable()
    table.decimal('bytes_out', null).notNullable()
    table.primary([
      'subscription',
      'hour',
      'operation',
      'version',
      'status_class',
      'price',
      'service',
      'major',
    ])
    table.index(['tenant', 'hour'])
    table.index(['service', 'major', 'hour'])
    table.index(['plugin', 'hour'])
    table.index(['hour'])
  })
}

async function units(knex: Knex): Promise<void> {
  await knex.schema.createTable('usage_units', (table) => {
    table.text('subscription').notNullable()
    table.timestamp('hour').notNullable()
    table.text('operation').notNullable()
    table.text('version').notNullable()
    table.text('unit').notNullable()
    table.text('price').notNullable()
    table.text('tenant').notNullable()
    table.text('app').notNullable()
    table.text('service').notNullable()
    table.integer('major').notNullable()
    table.text('plugin').notNullable()
    table.decimal('units', null).notNullable()
    table.primary([
      'subscription',
      'hour',
      'operation',
      'version',
      'unit',
      'price',
      'service',
      'major',
    ])
    table.index(['tenant', 'hour'])
    table.index(['plugin', 'hour'])
    table.index(['hour'])
  })
}

async function leases(knex: Knex): Promise<void> {
  await knex.schema.createTable('usage_leases', (table) => {
    // Priced calls that a node may answer: reserved before, spent as they are counted.
    table.text('id').primary()
    table.text('node').notNullable()
    table.text('subscription').notNullable()
    table.text('tenant').notNullable()
    table.text('service').notNullable()
    table.integer('major').notNullable()
    table.text('plugin').notNullable()
    table.text('price').notNullable()
    table.bigInteger('reserved').notNullable()
    table.bigInteger('spent').notNullable().defaultTo(0)
    table.timestamp('opened_at').notNullable().defaultTo(knex.fn.now())
    table.timestamp('settled_at')
    // Reserved by a node that was lost: answered and not counted, at most.
    table.bigInteger('unknown').notNullable().defaultTo(0)
    table.index(['node'])
    table.index(['tenant', 'opened_at'])
  })
}

async function statements(knex: Knex): Promise<void> {
  await knex.schema.createTable('usage_statements', (table) => {
    // 'tenant:acme' or 'publisher:initrode'.
    table.text('party').notNullable()
    // 2026-06, in UTC.
    table.text('month').notNullable()
    // Canonical JSON (RFC 8785), as it was signed.
    table.text('body').notNullable()
    table.text('jws').notNullable()
    table.timestamp('closed_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['party', 'month'])
  })
}

export async function down(knex: Knex): Promise<void> {
  for (const table of [
    'usage_statements',
    'usage_leases',
    'usage_units',
    'usage_hours',
    'usage_nodes',
  ]) {
    await knex.schema.dropTable(table)
  }
}
