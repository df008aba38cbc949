import type { Knex } from 'knex'

/**
 * What each of many tenants is still to be told of a change: the audit entries and events of a thousand subscribers take
 * seconds, and are written in portions behind the change, which all others wait for while it commits.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('owed_changes', (table) => {
    // Drawn while what is changed is locked: of one subject the lower number is the earlier change.
    table.bigIncrements('id')
    table.text('actor').notNullable()
    table.text('action').notNullable()
    table.text('subject').notNullable()
    table.text('trace_id')
    // Null: a change of nothing that requests are routed by.
    table.bigInteger('generation')
    // What all of them are told; each has its own beside it.
    table.jsonb('detail').notNullable()
  })
  await knex.schema.createTable('owed_entries', (table) => {
    table.bigInteger('change').notNullable().references('id').inTable('owed_changes')
    table.text('tenant').notNullable()
    table.jsonb('detail').notNullable()
    table.primary(['change', 'tenant'])
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('owed_entries')
  await knex.schema.dropTable('owed_changes')
}
