import type { Knex } from 'knex'

/**
 * Calls that are kept for a replay, each sealed by a key of its tenant; who of the outside may open one;
 * and of which versions a share of the good calls is kept as well.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('invocation_keys', (table) => {
    table.text('id').primary()
    table.text('tenant').notNullable().references('id').inTable('tenants')
    // The data key, sealed by the host's own key of that name in host_secrets.
    table.binary('wrapped').notNullable()
    table.text('host_key').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.index(['tenant', 'created_at'])
  })
  await knex.schema.createTable('invocations', (table) => {
    table.bigIncrements('sequence')
    table.text('id').notNullable().unique()
    table.text('tenant').notNullable().references('id').inTable('tenants')
    table.text('plugin').notNullable()
    table.text('version').notNullable()
    table.text('bundle_sha256').notNullable()
    table.text('config_sha256').notNullable()
    table.text('service').notNullable()
    table.integer('major').notNullable()
    table.text('operation').notNullable()
    table.text('arm').notNullable()
    table.text('principal').notNullable()
    table.text('trace_id').notNullable()
    // Why it is kept: failed, or sampled.
    table.text('reason').notNullable()
    table.text('outcome').notNullable()
    table.text('code')
    table.timestamp('started_at').notNullable()
    table.double('took_ms').notNullable()
    table.double('cpu_ms').notNullable()
    table.double('peak_heap_mb').notNullable()
    table.bigInteger('bytes_out').notNullable()
    table.integer('host_calls').notNullable()
    table.text('key').notNullable().references('id').inTable('invocation_keys')
    // Input, host calls, settings, log and outcome: AES-256-GCM of JSON, see core/src/invocations/sealing.ts.
    table.binary('sealed').notNullable()
    table.integer('size').notNullable()
    table.index(['tenant', 'sequence'])
    table.index(['started_at'])
    table.index(['key'])
  })
  await knex.schema.createTable('invocation_releases', (table) => {
    table.text('id').primary()
    table
      .text('invocation')
      .notNullable()
      .references('id')
      .inTable('invocations')
      .onDelete('CASCADE')
    // operator, or publisher:<name>.
    table.text('grantee').notNullable()
    table.text('reason')
    table.text('released_by').notNullable()
    table.timestamp('released_at').notNullable().defaultTo(knex.fn.now())
    table.timestamp('expires_at').notNullable()
    table.timestamp('withdrawn_at')
    table.index(['invocation'])
  })
  await knex.schema.createTable('invocation_samplings', (table) => {
    table.text('tenant').notNullable().references('id').inTable('tenants')
    table.text('plugin').notNullable().references('name').inTable('plugins')
    table.text('version').notNullable()
    table.integer('share_bp').notNullable()
    table.text('changed_by').notNullable()
    table.timestamp('changed_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['tenant', 'plugin', 'version'])
  })
}

export async function down(knex: Knex): Promise<void> {
  const tables = ['invocation_samplings', 'invocation_releases', 'invocations', 'invocation_keys']
  for (const table of tables) await knex.schema.dropTable(table)
}
