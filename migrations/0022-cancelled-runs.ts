import type { Knex } from 'knex'

/** Runs of jobs that were cancelled under way are counted beside the others. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('job_tallies', (table) => {
    table.bigInteger('cancelled').notNullable().defaultTo(0)
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('job_tallies', (table) => {
    table.dropColumn('cancelled')
  })
}
