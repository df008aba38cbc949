import type { Knex } from 'knex'

/** Origins of pages that may call with an app's keys; none: the app is no page. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw("alter table apps add column allowed_origins text[] not null default '{}'")
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('apps', (table) => table.dropColumn('allowed_origins'))
}
