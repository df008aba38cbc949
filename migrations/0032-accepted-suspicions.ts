import type { Knex } from 'knex'

/** In which step a person let a rollout go on although the judge found something suspect. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('rollouts', (table) => {
    table.integer('accepted_step')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('rollouts', (table) => {
    table.dropColumn('accepted_step')
  })
}
