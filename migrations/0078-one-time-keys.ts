import type { Knex } from 'knex'

/**
 * Keys for one signature, each certified for one signer by a key of the tenant. A row goes with the statement that takes
 * its private half, or soon after it has expired.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('signing_one_time_keys', (table) => {
    table.text('id').primary()
    table.text('tenant').notNullable()
    // Who had it made, and alone signs with it.
    table.text('plugin').notNullable()
    // Who certified it.
    table.text('key').notNullable()
    table.integer('key_version').notNullable()
    table.text('algorithm').notNullable()
    // SubjectPublicKeyInfo, DER.
    table.binary('spki').notNullable()
    // DER in base64, its own first.
    table.jsonb('certificates').notNullable()
    table.jsonb('subject').notNullable()
    table.text('serial_number').notNullable()
    table.binary('sealed').notNullable()
    table.text('data_key').notNullable().references('id').inTable('secret_keys')
    table.timestamp('expires_at').notNullable().index()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.foreign(['tenant', 'key']).references(['tenant', 'id']).inTable('signing_keys')
    table.index(['tenant', 'plugin'])
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('signing_one_time_keys')
}
