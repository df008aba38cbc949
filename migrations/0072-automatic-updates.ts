import type { Knex } from 'knex'

/** Which plugins are updated by the host itself, and what became of each version that it tried. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('plugin_updates', (table) => {
    table.text('plugin').primary()
    // manual, patch or minor.
    table.text('mode').notNullable()
    // Of the plugin; those of the marketplace and of the host hold beside it.
    table.integer('minimum_age_hours').notNullable().defaultTo(0)
    table.text('set_by').notNullable()
    table.timestamp('set_at').notNullable().defaultTo(knex.fn.now())
    table.timestamp('look_at').notNullable().defaultTo(knex.fn.now())
    // Rises whenever something may have changed, so that a look under way does not put off what it has not seen.
    table.bigInteger('wake').notNullable().defaultTo(0)
    table.timestamp('leased_until')
    table.check("mode in ('manual', 'patch', 'minor')", [], 'plugin_updates_mode')
    table.check('minimum_age_hours between 0 and 8760', [], 'plugin_updates_age')
  })
  await knex.schema.createTable('plugin_update_attempts', (table) => {
    table.text('plugin').notNullable()
    table.text('version').notNullable()
    // See core/src/updates/attempt-states.ts.
    table.text('state').notNullable()
    // Why it waits for a person, or failed: a code and its words.
    table.jsonb('reason')
    table.text('rollout')
    table.timestamp('changed_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['plugin', 'version'])
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('plugin_update_attempts')
  await knex.schema.dropTable('plugin_updates')
}
