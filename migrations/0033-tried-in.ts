import type { Knex } from 'knex'

const tables = ['event_deliveries', 'hook_deliveries', 'job_schedules']

/**
 * What the canary of a rollout tried and did not do, so that it is given to stable when the rollout is taken back. Null
 * while it is being tried, and for all that stable tried: the index holds what a canary failed, and no more.
 */
export async function up(knex: Knex): Promise<void> {
  for (const table of tables) {
    await knex.schema.alterTable(table, (changed) => {
      changed.text('tried_in')
    })
    await knex.raw(
      `create index ${table}_tried_in on ${table} (tried_in) where tried_in is not null`,
    )
  }
}

export async function down(knex: Knex): Promise<void> {
  for (const table of tables) {
    await knex.schema.alterTable(table, (changed) => {
      changed.dropColumn('tried_in')
    })
  }
}
