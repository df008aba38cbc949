import type { Knex } from 'knex'

/** What is installed, what serves, what each tenant enabled and what its admin consented to. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('plugins', (table) => {
    table.text('name').primary()
    table.text('stable_version')
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
  })
  await knex.schema.createTable('installations', (table) => {
    table.text('plugin').notNullable().references('name').inTable('plugins')
    table.text('version').notNullable()
    table.text('state').notNullable()
    // Why the last step failed, for people: { code, detail }. Null while all is well.
    table.jsonb('fault')
    table.jsonb('manifest').notNullable()
    table.jsonb('contracts').notNullable()
    table.text('integrity').notNullable()
    table.text('marketplace_fingerprint').notNullable()
    table.text('signature')
    table.text('bundle_sha256')
    table.text('installed_by').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.timestamp('updated_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['plugin', 'version'])
  })
  await knex.schema.createTable('installation_files', (table) => {
    table.text('plugin').notNullable()
    table.text('version').notNullable()
    table.text('path').notNullable()
    table.text('sha256').notNullable()
    table.integer('size').notNullable()
    table.primary(['plugin', 'version', 'path'])
    table.foreign(['plugin', 'version']).references(['plugin', 'version']).inTable('installations')
  })
  await knex.schema.createTable('bindings', (table) => {
    table.text('tenant').notNullable().references('id').inTable('tenants')
    table.text('plugin').notNullable().references('name').inTable('plugins')
    table.text('binding').notNullable()
    table.text('pinned_version')
    table.timestamp('updated_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['tenant', 'plugin'])
  })
  await knex.schema.createTable('grants', (table) => {
    table.text('id').primary()
    table.text('tenant').notNullable().references('id').inTable('tenants')
    table.text('plugin').notNullable().references('name').inTable('plugins')
    table.text('capability').notNullable()
    table.jsonb('parameters').notNullable()
    table.text('capability_hash').notNullable()
    table.text('approver').notNullable()
    table.timestamp('granted_at').notNullable().defaultTo(knex.fn.now())
    table.timestamp('revoked_at')
  })
  // A capability is granted once at a time; a revoked grant stays as history.
  await knex.raw(
    'create unique index grants_live on grants (tenant, plugin, capability_hash) where revoked_at is null',
  )
  await knex.schema.createTable('plugin_configs', (table) => {
    table.text('tenant').notNullable().references('id').inTable('tenants')
    table.text('plugin').notNullable().references('name').inTable('plugins')
    table.integer('revision').notNullable()
    table.jsonb('config').notNullable()
    table.text('changed_by').notNullable()
    table.timestamp('changed_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['tenant', 'plugin', 'revision'])
  })
}

export async function down(knex: Knex): Promise<void> {
  const tables = [
    'plugin_configs',
    'grants',
    'bindings',
    'installation_files',
    'installations',
    'plugins',
  ]
  for (const table of tables) await knex.schema.dropTable(table)
}
