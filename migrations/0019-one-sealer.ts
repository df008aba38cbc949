import type { Knex } from 'knex'

/**
 * Keys and webhooks are sealed as the secrets of plugins are: by the tenant's key in secret_keys, which a key wraps
 * that is in no database.
 */
export async function up(knex: Knex): Promise<void> {
  await forgetSealed(knex)
  for (const holder of ['signing_key_versions', 'hook_addresses']) {
    await knex.schema.alterTable(holder, (table) => {
      table.text('data_key').notNullable().references('id').inTable('secret_keys')
    })
  }
  await knex.schema.dropTable('signing_data_keys')
  await knex('host_secrets').where({ name: 'signing-keys-1' }).delete()
}

export async function down(knex: Knex): Promise<void> {
  await forgetSealed(knex)
  for (const holder of ['signing_key_versions', 'hook_addresses']) {
    await knex.schema.alterTable(holder, (table) => {
      table.dropColumn('data_key')
    })
  }
  await knex.schema.createTable('signing_data_keys', (table) => {
    table.text('tenant').primary().references('id').inTable('tenants')
    table.binary('wrapped').notNullable()
    table.text('host_key').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
  })
}

/** What one way sealed opens in no other, and no host with the first way was ever released: nobody's key is lost. */
async function forgetSealed(knex: Knex): Promise<void> {
  for (const table of ['signing_key_versions', 'signing_keys', 'hook_addresses']) {
    await knex(table).delete()
  }
}
