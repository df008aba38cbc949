import type { Knex } from 'knex'

/** What a rollout's shadow step has compared, and the recorded calls that were run again for it. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('rollout_shadow_tallies', (table) => {
    table.text('rollout').notNullable().references('id').inTable('rollouts')
    // A process, not a machine: a restarted host counts from nothing in a row of its own.
    table.text('node').notNullable()
    table.jsonb('tally').notNullable()
    table.timestamp('updated_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['rollout', 'node'])
  })
  await knex.schema.createTable('rollout_shadow_replays', (table) => {
    table.text('rollout').notNullable().references('id').inTable('rollouts')
    // No reference: a recorded call may be deleted while the rollout runs.
    table.text('invocation').notNullable()
    table.primary(['rollout', 'invocation'])
  })
  // Which recorded calls a shadow step may run: asked every few seconds while one does.
  await knex.raw(
    `create index invocations_answered on invocations (plugin, version, sequence)
       where outcome = 'answered' and major > 0`,
  )
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index invocations_answered')
  for (const table of ['rollout_shadow_replays', 'rollout_shadow_tallies'])
    await knex.schema.dropTable(table)
}
