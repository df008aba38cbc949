import type { Knex } from 'knex'

/** What a rollout is judged by beside failures and time: the metrics of its plan. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('rollouts', (table) => {
    // Rollouts planned before are judged as they were.
    table
      .jsonb('analysis')
      .notNullable()
      .defaultTo(JSON.stringify({ metrics: [] }))
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('rollouts', (table) => {
    table.dropColumn('analysis')
  })
}
