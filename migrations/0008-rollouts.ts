import type { Knex } from 'knex'

/** Gradual switches from one version to the next: where each stands, what it counted, what moved it. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('rollouts', (table) => {
    table.text('id').primary()
    table.text('plugin').notNullable().references('name').inTable('plugins')
    table.text('from_version').notNullable()
    table.text('to_version').notNullable()
    table.text('state').notNullable()
    table.text('cohort_by').notNullable()
    table.jsonb('steps').notNullable()
    table.integer('step').notNullable()
    table.timestamp('step_started_at')
    // Calls of the canary when the step began: what the step itself has seen is counted from here.
    table.bigInteger('exposures_before').notNullable().defaultTo(0)
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.timestamp('updated_at').notNullable().defaultTo(knex.fn.now())
    table
      .foreign(['plugin', 'from_version'])
      .references(['plugin', 'version'])
      .inTable('installations')
    table
      .foreign(['plugin', 'to_version'])
      .references(['plugin', 'version'])
      .inTable('installations')
  })
  // The last fence: whatever the code does, no plugin has two canaries at once.
  await knex.raw(
    "create unique index rollouts_live on rollouts (plugin) where state in ('running', 'paused')",
  )
  await knex.schema.createTable('rollout_transitions', (table) => {
    table.bigIncrements('id')
    table.text('rollout').notNullable().references('id').inTable('rollouts')
    table.timestamp('at').notNullable().defaultTo(knex.fn.now())
    table.text('command').notNullable()
    table.text('from_state').notNullable()
    table.text('to_state').notNullable()
    table.integer('step').notNullable()
    table.integer('weight_bp').notNullable()
    table.text('actor').notNullable()
    // { en, zh-CN }: the sentence an admin reads.
    table.jsonb('reason').notNullable()
    table.jsonb('evidence').notNullable()
    table.bigInteger('generation').notNullable()
    table.index(['rollout', 'id'])
  })
  await knex.schema.createTable('rollout_tallies', (table) => {
    table.text('rollout').notNullable().references('id').inTable('rollouts')
    // A process, not a machine: a restarted host counts from nothing in a row of its own.
    table.text('node').notNullable()
    table.jsonb('judge').notNullable()
    table.jsonb('trips').notNullable()
    table.timestamp('updated_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['rollout', 'node'])
  })
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['rollout_tallies', 'rollout_transitions', 'rollouts'])
    await knex.schema.dropTable(table)
}
