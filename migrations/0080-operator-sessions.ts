import type { Knex } from 'knex'

/** Sessions of the operator in a browser. Of the secret of the cookie only a hash is kept, of the operator's token a costly one. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('operator_sessions', (table) => {
    table.text('id').primary()
    table.binary('hash').notNullable().unique()
    // Of the token that began it: with another token it proves nobody.
    table.binary('token_mark').notNullable()
    // Is worth nothing without the cookie, so it stands as it is.
    table.text('csrf').notNullable()
    table.text('agent').notNullable()
    table.text('address').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.timestamp('last_seen_at').notNullable().defaultTo(knex.fn.now())
    table.timestamp('expires_at').notNullable().index()
    table.timestamp('ended_at')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('operator_sessions')
}
