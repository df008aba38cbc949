import type { Knex } from 'knex'

/** Tokens by which users and service accounts act without signing in: each names what of its owner's rights it may use. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('api_tokens', (table) => {
    table.text('id').primary()
    table.text('tenant').notNullable()
    table.text('user_id').notNullable()
    table.text('label').notNullable()
    // 256 random bits need no salt and no slow hash.
    table.binary('hash').notNullable().unique()
    table.specificType('actions', 'text[]').notNullable()
    table.specificType('permissions', 'text[]').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.timestamp('expires_at').notNullable()
    table.timestamp('last_used_at')
    table.timestamp('revoked_at')
    table.foreign(['tenant', 'user_id']).references(['tenant', 'id']).inTable('users')
    table.index(['tenant', 'user_id'])
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('api_tokens')
}
