import type { Knex } from 'knex'

/** How the evidence of a rollout grew. Thinned as it does: see core/src/rollout/evidence/thin-evidence.ts. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('rollout_evidence', (table) => {
    table.bigIncrements('id')
    table.text('rollout').notNullable().references('id').inTable('rollouts')
    // The database's clock: nodes whose clocks disagree write one line of time.
    table.timestamp('at').notNullable().defaultTo(knex.raw('clock_timestamp()'))
    table.integer('step').notNullable()
    table.integer('weight_bp').notNullable()
    table.text('verdict').notNullable()
    table.text('ground').notNullable()
    table.double('e').notNullable()
    // { calls, grounds }: calls of either arm so far, and each ground's own e-value.
    table.jsonb('figures').notNullable()
    table.index(['rollout', 'id'])
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('rollout_evidence')
}
