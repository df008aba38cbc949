import type { Knex } from 'knex'

/**
 * What plugins log, for the admins of their tenants: some days and some thousand lines of each plugin in each tenant. No foreign
 * key: it would lock a row of `tenants` with every line, and what is left of a tenant goes by itself within days.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('plugin_logs', (table) => {
    table.specificType('sequence', 'bigint generated always as identity')
    table.text('tenant').notNullable()
    table.text('plugin').notNullable()
    table.timestamp('at').notNullable()
    // 0 debug, 1 info, 2 warn, 3 error.
    table.specificType('level', 'smallint').notNullable()
    table.text('message').notNullable()
    // JSON, redacted and cut to its bound. As text: jsonb refuses U+0000, and nothing looks into it but a search for words.
    table.text('fields')
    // Characters that were beyond the bounds of message and fields.
    table.integer('cut').notNullable().defaultTo(0)
    table.text('version')
    table.text('arm')
    table.text('trace_id')
    // service, event, job, webhook or contribution, and which.
    table.text('kind')
    table.text('name')
    // The kept call of which it is a line, where that was kept.
    table.text('invocation')
    // Lines that were not kept, of which this row tells; its message is the reason.
    table.integer('missed')
    // The one order in which it is read and cut off: each further index is written with every line.
    table.primary(['tenant', 'plugin', 'sequence'])
    table.index(['at'])
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('plugin_logs')
}
