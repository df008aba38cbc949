import type { Knex } from 'knex'

/** Keys that tenants sign with. The private half is sealed, and leaves the host in no form. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('signing_data_keys', (table) => {
    table.text('tenant').primary().references('id').inTable('tenants')
    // The data key, sealed by the host's own key of that name in host_secrets.
    table.binary('wrapped').notNullable()
    table.text('host_key').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
  })
  await knex.schema.createTable('signing_keys', (table) => {
    table.text('tenant').notNullable().references('id').inTable('tenants')
    table.text('id').notNullable()
    table.text('algorithm').notNullable()
    table.jsonb('usages').notNullable()
    table.jsonb('policy').notNullable()
    table.text('state').notNullable()
    // Signatures of the hour that last saw one; counted by the statement that allows them.
    table.timestamp('uses_hour')
    table.integer('uses_count').notNullable().defaultTo(0)
    table.text('created_by').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['tenant', 'id'])
  })
  await knex.schema.createTable('signing_key_versions', (table) => {
    table.text('tenant').notNullable()
    table.text('key').notNullable()
    table.integer('version').notNullable()
    // SubjectPublicKeyInfo, DER; null for a shared secret.
    table.binary('spki')
    table.binary('sealed').notNullable()
    // DER in base64, the key's own first.
    table.jsonb('certificates').notNullable().defaultTo('[]')
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['tenant', 'key', 'version'])
    table.foreign(['tenant', 'key']).references(['tenant', 'id']).inTable('signing_keys')
  })
}

export async function down(knex: Knex): Promise<void> {
  const tables = ['signing_key_versions', 'signing_keys', 'signing_data_keys']
  for (const table of tables) await knex.schema.dropTable(table)
}
