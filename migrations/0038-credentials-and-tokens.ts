import type { Knex } from 'knex'

/** Credentials that end by themselves and tell when they were used; keys that sign tokens, and tokens taken back. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('credentials', (table) => {
    // key: sent with each call. secret: of an OAuth client, exchanged for tokens.
    table.text('kind').notNullable().defaultTo('key')
    table.text('name')
    table.timestamp('expires_at')
    table.timestamp('last_used_at')
    table.index('subscription')
  })
  await knex.schema.alterTable('apps', (table) => {
    // Who suspended it; null: it is not.
    table.text('suspended_by')
  })
  await knex.schema.createTable('token_keys', (table) => {
    table.text('kid').primary()
    table.jsonb('public_jwk').notNullable()
    // The private half as PKCS #8, under a key of the host.
    table.binary('sealed').notNullable()
    table.text('host_key').notNullable()
    table.timestamp('created_at').notNullable()
    table.timestamp('signs_from').notNullable()
    // From then on nothing that it signed is taken; null: it is the newest.
    table.timestamp('ends_at')
  })
  await knex.schema.createTable('revoked_tokens', (table) => {
    table.text('jti').primary()
    table.text('subscription').notNullable()
    // Past it the token is refused by itself.
    table.timestamp('expires_at').notNullable().index()
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('revoked_tokens')
  await knex.schema.dropTable('token_keys')
  await knex.schema.alterTable('apps', (table) => {
    table.dropColumn('suspended_by')
  })
  // A host of before would take a client's secret for a key.
  await knex('credentials').where({ kind: 'secret' }).delete()
  await knex.schema.alterTable('credentials', (table) => {
    table.dropIndex('subscription')
    for (const column of ['kind', 'name', 'expires_at', 'last_used_at']) table.dropColumn(column)
  })
}
