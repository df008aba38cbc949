import type { Knex } from 'knex'

/**
 * Signing in through a tenant's own identity provider. `sign_in_flows` holds what is under way in a browser, also of
 * other methods that answer a challenge: hashes, nothing that proves anybody.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('sign_in_flows', (table) => {
    table.binary('hash').primary()
    table.text('purpose').notNullable()
    table.binary('place').notNullable()
    table.jsonb('detail').notNullable()
    table.timestamp('expires_at').notNullable().index()
    table.index(['place', 'expires_at'])
  })
  await knex.schema.alterTable('sign_in_tickets', (table) => {
    // Who has proven the user, for the session that begins once a code is there.
    table.jsonb('sso')
  })
  await connectionsUp(knex)
  await knex.schema.createTable('sso_identities', (table) => {
    // By issuer and subject (OpenID Connect Core §5.7): no other claim names somebody for good.
    table.text('tenant').notNullable()
    table.text('issuer').notNullable()
    table.text('subject').notNullable()
    table.text('user_id').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.timestamp('last_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['tenant', 'issuer', 'subject'])
    table.unique(['tenant', 'issuer', 'user_id'])
    table.foreign(['tenant', 'user_id']).references(['tenant', 'id']).inTable('users')
  })
  await knex.schema.createTable('sso_roles', (table) => {
    // Which assignments follow the provider's groups; what an admin gave by hand is not among them.
    table
      .text('assignment')
      .primary()
      .references('id')
      .inTable('role_assignments')
      .onDelete('CASCADE')
    table.text('tenant').notNullable()
    table.text('connection').notNullable()
    table.text('user_id').notNullable()
    table.index(['tenant', 'connection', 'user_id'])
  })
  await knex.schema.createTable('sso_sessions', (table) => {
    table.text('session').primary().references('id').inTable('sessions').onDelete('CASCADE')
    table.text('tenant').notNullable()
    table.text('connection').notNullable()
    table.text('issuer').notNullable()
    table.text('subject').notNullable()
    table.text('sid')
    table.index(['tenant', 'issuer', 'subject'])
  })
}

async function connectionsUp(knex: Knex): Promise<void> {
  await knex.schema.createTable('sso_connections', (table) => {
    table.text('tenant').notNullable().references('id').inTable('tenants')
    table.text('id').notNullable()
    table.text('name').notNullable()
    table.text('issuer').notNullable()
    table.text('client_id').notNullable()
    table.text('data_key').notNullable()
    table.binary('sealed').notNullable()
    table.specificType('scopes', 'text[]').notNullable()
    table.jsonb('claims').notNullable()
    table.jsonb('group_roles').notNullable()
    table.specificType('domains', 'text[]').notNullable()
    table.boolean('creates_users').notNullable()
    table.boolean('links_by_email').notNullable()
    table.timestamp('changed_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['tenant', 'id'])
  })
  await knex.schema.createTable('sign_in_policies', (table) => {
    table.text('tenant').primary().references('id').inTable('tenants')
    table.boolean('sso_only').notNullable()
    table.text('break_glass')
    table.foreign(['tenant', 'break_glass']).references(['tenant', 'id']).inTable('users')
    // Nobody shuts the last door behind himself.
    table.check('not sso_only or break_glass is not null')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('sign_in_tickets', (table) => table.dropColumn('sso'))
  for (const table of [
    'sign_in_policies',
    'sso_sessions',
    'sso_roles',
    'sso_identities',
    'sso_connections',
    'sign_in_flows',
  ])
    await knex.schema.dropTable(table)
}
