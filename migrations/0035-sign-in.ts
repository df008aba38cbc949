import type { Knex } from 'knex'

/** How users prove who they are, and the sessions that follow. Of what proves something only a hash is kept, or it is sealed. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('user_passwords', (table) => {
    ofUser(table)
    // A PHC string: it names its own parameters, so that they can rise.
    table.text('hash').notNullable()
    table.timestamp('changed_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['tenant', 'user_id'])
  })
  await knex.schema.createTable('user_totp', (table) => {
    ofUser(table)
    table.text('data_key').notNullable()
    table.binary('sealed').notNullable()
    table.timestamp('confirmed_at')
    // The time step of the last code that was taken: none is taken twice.
    table.bigInteger('last_step').notNullable().defaultTo(0)
    table.primary(['tenant', 'user_id'])
  })
  await knex.schema.createTable('recovery_codes', (table) => {
    ofUser(table)
    table.binary('hash').notNullable()
    table.timestamp('used_at')
    table.primary(['tenant', 'user_id', 'hash'])
  })
  await knex.schema.createTable('sign_in_tickets', (table) => {
    table.binary('hash').primary()
    ofUser(table)
    table.text('purpose').notNullable()
    table.specificType('methods', 'text[]').notNullable()
    table.timestamp('expires_at').notNullable().index()
    table.index(['tenant', 'user_id'])
  })
  await knex.schema.createTable('sign_in_failures', (table) => {
    // A hash: a login that nobody has may be a password that was typed into the wrong field.
    table.binary('key').primary()
    table.integer('failures').notNullable()
    table.timestamp('last_at').notNullable().index()
    table.timestamp('blocked_until').notNullable()
  })
  await knex.schema.createTable('sign_in_places', (table) => {
    ofUser(table)
    table.binary('place').notNullable()
    table.timestamp('last_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['tenant', 'user_id', 'place'])
  })
  await sessionsUp(knex)
}

async function sessionsUp(knex: Knex): Promise<void> {
  await knex.schema.createTable('sessions', (table) => {
    table.text('id').primary()
    ofUser(table)
    table.binary('hash').notNullable().unique()
    // Given out and not seen yet: both are good until the browser has come with it.
    table.binary('next_hash').unique()
    table.timestamp('next_at')
    // Requests that were under way when the next one was first seen.
    table.binary('previous_hash').unique()
    table.timestamp('previous_until')
    // Is worth nothing without the cookie, so it stands as it is.
    table.text('csrf').notNullable()
    table.specificType('methods', 'text[]').notNullable()
    table.text('agent').notNullable()
    table.text('address').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.timestamp('rotated_at').notNullable().defaultTo(knex.fn.now())
    table.timestamp('last_seen_at').notNullable().defaultTo(knex.fn.now())
    table.timestamp('expires_at').notNullable().index()
    table.timestamp('ended_at')
    table.index(['tenant', 'user_id'])
  })
}

function ofUser(table: Knex.CreateTableBuilder): void {
  table.text('tenant').notNullable()
  table.text('user_id').notNullable()
  table.foreign(['tenant', 'user_id']).references(['tenant', 'id']).inTable('users')
}

export async function down(knex: Knex): Promise<void> {
  for (const table of [
    'sessions',
    'sign_in_places',
    'sign_in_failures',
    'sign_in_tickets',
    'recovery_codes',
    'user_totp',
    'user_passwords',
  ])
    await knex.schema.dropTable(table)
}
