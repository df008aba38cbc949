import type { Knex } from 'knex'

/** What rollouts are held by: approvals, gates, groups, lists, freezes; and the fence that every move passes. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('rollouts', (table) => {
    // Rises with every move: a decision made upon an older one is dropped.
    table.bigInteger('revision').notNullable().defaultTo(0)
    table.text('paused_for')
    table.text('started_by')
    // Null: its own id.
    table.text('salt')
    // Rollouts of plugins that belong together: moved in one transaction or not at all.
    table.text('group_id').index()
    // { unit?, entity? }: where in the input a call names them, as JSON pointers.
    table.jsonb('keys').notNullable().defaultTo('{}')
    // { deny, allow, cohorts }: as they were when the rollout was planned.
    table.jsonb('lists').notNullable().defaultTo('{"deny":[],"allow":[],"cohorts":{}}')
    // What the data service of a gate said last, for one revision.
    table.jsonb('gate_answer')
    // Why the host chose these steps; null: whoever planned it did.
    table.jsonb('plan_choice')
  })
  await knex.schema.alterTable('rollout_tallies', (table) => {
    // Distinct keys that the canary was given in the step, and calls that named none.
    table.jsonb('units')
  })
  await knex.raw('drop index rollouts_live')
  await knex.raw(
    "create unique index rollouts_live on rollouts (plugin) where state in ('running', 'paused', 'baking')",
  )
  await knex.raw(
    "create index outbox_rollouts on outbox_events (((data->>'generation')::bigint)) where type like 'signalbox.rollout.%'",
  )
  await knex.schema.createTable('rollout_cohorts', (table) => {
    table.text('name').primary()
    table.jsonb('members').notNullable()
    table.timestamp('updated_at').notNullable().defaultTo(knex.fn.now())
  })
  await knex.schema.createTable('rollout_freezes', (table) => {
    table.text('name').primary()
    // Null: every plugin.
    table.text('plugin').references('name').inTable('plugins')
    table.jsonb('time').notNullable()
    table.jsonb('reason').notNullable()
    table.timestamp('updated_at').notNullable().defaultTo(knex.fn.now())
  })
  await knex.schema.createTable('rollout_lockdown', (table) => {
    // One row, there while the lockdown is on.
    table.smallint('id').primary().defaultTo(1).checkBetween([1, 1])
    table.jsonb('reason').notNullable()
    table.text('actor').notNullable()
    table.timestamp('since').notNullable().defaultTo(knex.fn.now())
  })
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['rollout_lockdown', 'rollout_freezes', 'rollout_cohorts'])
    await knex.schema.dropTable(table)
  await knex.raw('drop index outbox_rollouts')
  await knex.raw('drop index rollouts_live')
  await knex.raw(
    "create unique index rollouts_live on rollouts (plugin) where state in ('running', 'paused')",
  )
  await knex.schema.alterTable('rollout_tallies', (table) => table.dropColumn('units'))
  await knex.schema.alterTable('rollouts', (table) => {
    table.dropColumns(
      'revision',
      'paused_for',
      'started_by',
      'salt',
      'group_id',
      'keys',
      'lists',
      'gate_answer',
      'plan_choice',
    )
  })
}
