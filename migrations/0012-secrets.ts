import type { Knex } from 'knex'

/** Secrets that tenants store for plugins: each version sealed by a key of its tenant. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('secret_keys', (table) => {
    table.text('id').primary()
    table.text('tenant').notNullable().references('id').inTable('tenants')
    // The data key, sealed by the host's key of that name, which is in no database.
    table.binary('wrapped').notNullable()
    table.text('host_key').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.index(['tenant', 'created_at'])
    table.index(['host_key'])
  })
  await knex.schema.createTable('secret_versions', (table) => {
    table.text('tenant').notNullable().references('id').inTable('tenants')
    table.text('plugin').notNullable().references('name').inTable('plugins')
    table.text('name').notNullable()
    table.integer('version').notNullable()
    // Only the newest version keeps its value: who set the others and when is all that is left of them.
    table.text('key').references('id').inTable('secret_keys')
    table.binary('sealed')
    table.text('set_by').notNullable()
    table.timestamp('set_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['tenant', 'plugin', 'name', 'version'])
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('secret_versions')
  await knex.schema.dropTable('secret_keys')
}
