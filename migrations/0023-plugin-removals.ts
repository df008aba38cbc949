import type { Knex } from 'knex'

/** Plugins that were taken out: how far it has come, and whose what was kept of them is. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('plugin_removals', (table) => {
    table.text('plugin').primary().references('name').inTable('plugins')
    // See core/src/removal/removal-states.ts.
    table.text('state').notNullable()
    // Of the marketplace that its versions came from: no other one's may have what was kept.
    table.text('fingerprint').notNullable()
    table.jsonb('versions').notNullable()
    // Contents of its files, to be freed where nobody else has them.
    table.jsonb('contents').notNullable()
    table.jsonb('exported')
    // Why the last attempt ended early: { code, detail }.
    table.jsonb('fault')
    table.text('removed_by').notNullable()
    table.text('trace_id')
    table.timestamp('removed_at').notNullable().defaultTo(knex.fn.now())
    // Who works at it: a data folder, and the process that has it now.
    table.text('node')
    table.text('process')
    table.timestamp('leased_until')
  })
  await knex.raw(
    `create index audit_entries_purged on audit_entries (subject, id) where action = 'plugin.purged'`,
  )
  await knex.schema.alterTable('resource_leases', (table) => {
    // What the holder has stored for it is to be removed, and the row with it.
    table.boolean('is_purged').notNullable().defaultTo(false)
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('resource_leases', (table) => {
    table.dropColumn('is_purged')
  })
  await knex.raw('drop index audit_entries_purged')
  await knex.schema.dropTable('plugin_removals')
}
