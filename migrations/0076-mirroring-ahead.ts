import type { Knex } from 'knex'

/** Why a version of another marketplace could not be taken when it was tried without anybody asking. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('marketplace_versions', (table) => {
    // Null: nothing was refused. It is tried again some hours after.
    table.timestamp('refused_at')
    // { code, message: { en, zh-CN } }
    table.jsonb('refusal')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('marketplace_versions', (table) => {
    table.dropColumn('refused_at')
    table.dropColumn('refusal')
  })
}
