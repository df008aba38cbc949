import type { Knex } from 'knex'

/** Where a tenant is at home: an IANA name. Null: whoever looks sees times in the zone of his browser. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('tenants', (table) => {
    table.text('time_zone')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('tenants', (table) => {
    table.dropColumn('time_zone')
  })
}
