import type { Knex } from 'knex'

/** Passkeys of users (WebAuthn Level 3), and when a session's user last proved who he is. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('passkeys', (table) => {
    table.text('id').primary()
    table.text('tenant').notNullable()
    table.text('user_id').notNullable()
    table.text('name').notNullable()
    // One credential is one user's, in all tenants (§7.1 step 26).
    table.binary('credential').notNullable().unique()
    table.binary('public_key').notNullable()
    table.bigInteger('counter').notNullable()
    table.specificType('transports', 'text[]').notNullable()
    // Synchronised between devices; else it is lost with its device.
    table.boolean('is_backed_up').notNullable()
    table.text('aaguid').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.timestamp('last_used_at')
    table.foreign(['tenant', 'user_id']).references(['tenant', 'id']).inTable('users')
    table.index(['tenant', 'user_id'])
  })
  await knex.schema.alterTable('sessions', (table) => {
    // Null: not since the session began.
    table.timestamp('proven_at')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('sessions', (table) => table.dropColumn('proven_at'))
  await knex.schema.dropTable('passkeys')
}
