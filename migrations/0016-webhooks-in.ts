import type { Knex } from 'knex'

/** Addresses that others send webhooks to, and what came, until its plugin has had it. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('hook_addresses', (table) => {
    table.text('tenant').notNullable().references('id').inTable('tenants')
    table.text('plugin').notNullable().references('name').inTable('plugins')
    table.text('path').notNullable()
    // Only the SHA-256 of the last part of an address is kept: 256 random bits need no salt.
    table.binary('token_hash').notNullable().unique()
    // What the sender signs with, sealed for the tenant.
    table.binary('sealed').notNullable()
    table.text('created_by').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['tenant', 'plugin', 'path'])
  })
  await knex.schema.createTable('hook_deliveries', (table) => {
    table.bigIncrements('sequence')
    table.text('id').notNullable().unique()
    table.text('tenant').notNullable()
    table.text('plugin').notNullable()
    table.text('path').notNullable()
    // What tells a message from its repetition; null where the sender says nothing that could.
    table.text('message')
    table.jsonb('headers').notNullable()
    table.binary('body').notNullable()
    table.text('trace_id').notNullable()
    table.text('state').notNullable()
    table.integer('attempts').notNullable().defaultTo(0)
    table.timestamp('next_at').notNullable()
    table.text('last_code')
    table.timestamp('received_at').notNullable()
    table.unique(['tenant', 'plugin', 'path', 'message'])
    table.index(['tenant', 'plugin', 'path', 'sequence'])
    table.index(['state', 'next_at'])
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('hook_deliveries')
  await knex.schema.dropTable('hook_addresses')
}
