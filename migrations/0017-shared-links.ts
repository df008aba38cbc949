import type { Knex } from 'knex'

/** Links that people without an account call one operation by. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('shared_links', (table) => {
    table.text('id').primary()
    table.text('tenant').notNullable().references('id').inTable('tenants')
    table.text('plugin').notNullable().references('name').inTable('plugins')
    table.text('service').notNullable()
    table.integer('major').notNullable()
    table.text('operation').notNullable()
    // What the plugin fixed of the input: who has the link cannot change it.
    table.jsonb('input').notNullable()
    // Only the SHA-256 of a token is kept: 256 random bits need no salt and no slow hash.
    table.binary('hash').notNullable().unique()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.timestamp('expires_at').notNullable()
    table.timestamp('revoked_at')
    table.index(['tenant', 'id'])
    table.index('expires_at')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('shared_links')
}
