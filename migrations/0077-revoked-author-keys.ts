import type { Knex } from 'knex'

/** Of versions of other marketplaces: since when the key that their author signed them by counts for nothing. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('marketplace_versions', (table) => {
    // Null: it is good for what it signed, or nothing was signed. Never taken back.
    table.timestamp('key_revoked_at')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('marketplace_versions', (table) => {
    table.dropColumn('key_revoked_at')
  })
}
