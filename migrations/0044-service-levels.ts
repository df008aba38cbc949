import type { Knex } from 'knex'

/** How services did what their contracts promise, and which promises are broken now. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('service_levels', (table) => {
    table.text('tenant').notNullable()
    table.text('service').notNullable()
    table.integer('major').notNullable()
    table.text('version').notNullable()
    // Five minutes; when they are older an hour, and then a day, in UTC: the first instant of it.
    table.timestamp('slot').notNullable()
    table.text('plugin').notNullable()
    // Answered or failed. What its caller did wrong, may not or did not wait for says nothing of the service.
    table.bigInteger('calls').notNullable()
    table.bigInteger('failed').notNullable()
    // Answered, of a version that promises a time; and of those the ones that took longer.
    table.bigInteger('timed').notNullable()
    table.bigInteger('slow').notNullable()
    // Answered calls by how long they took: see duration-buckets.ts.
    table.specificType('buckets', 'bigint[]').notNullable()
    table.primary(['tenant', 'service', 'major', 'version', 'slot'])
    table.index(['service', 'major', 'slot'])
    table.index(['slot'])
  })
  await knex.schema.createTable('service_level_breaches', (table) => {
    table.text('tenant').notNullable()
    table.text('service').notNullable()
    table.integer('major').notNullable()
    // 'availability' or 'latency'.
    table.text('level').notNullable()
    // '1h', '24h' or '30d'.
    table.text('window').notNullable()
    table.text('plugin').notNullable()
    table.timestamp('since').notNullable()
    table.primary(['tenant', 'service', 'major', 'level', 'window'])
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('service_level_breaches')
  await knex.schema.dropTable('service_levels')
}
