import type { Knex } from 'knex'

/** When plugins' jobs run and how they ended; what plugins really used of their grants; what they metered. */
export async function up(knex: Knex): Promise<void> {
  await makeJobs(knex)
  await makeUses(knex)
  await makeMeters(knex)
}

async function makeJobs(knex: Knex): Promise<void> {
  await knex.schema.createTable('job_schedules', (table) => {
    table.text('id').primary()
    table.text('tenant').notNullable().references('id').inTable('tenants')
    table.text('plugin').notNullable().references('name').inTable('plugins')
    table.text('job').notNullable()
    // cron: one row a job, made from the manifest; once: what a plugin or an operator asked for.
    table.text('kind').notNullable()
    table.text('key')
    table.text('cron')
    table.text('tz')
    table.text('missed')
    // waiting, running, paused or failed: see core/src/jobs/schedule-states.ts.
    table.text('state').notNullable()
    // The next instant that has not begun; null where the run at work is the last one.
    table.timestamp('next_at')
    // JSON as text: jsonb would refuse U+0000, and nobody asks for parts of it.
    table.text('payload')
    // When somebody has to look at the row: its run, its next attempt, or the end of a lease.
    table.timestamp('due_at')
    table.text('run_id')
    table.timestamp('scheduled_at')
    table.text('run_payload')
    table.integer('attempt').notNullable().defaultTo(0)
    table.integer('failures').notNullable().defaultTo(0)
    // Rises with each claim: who holds an older one may write nothing any more.
    table.bigInteger('fence').notNullable().defaultTo(0)
    table.timestamp('changed_at').notNullable()
    table.index(['tenant', 'due_at'])
    table.index(['tenant', 'plugin', 'kind'])
  })
  await knex.raw(
    `create unique index job_schedules_key on job_schedules (tenant, plugin, job, key) where key is not null`,
  )
  await knex.raw(
    `create unique index job_schedules_cron on job_schedules (tenant, plugin, job) where kind = 'cron'`,
  )
  await knex.raw(
    `create index job_schedules_due on job_schedules (due_at) where due_at is not null`,
  )
  await knex.schema.createTable('job_tallies', (table) => {
    table.text('tenant').notNullable().references('id').inTable('tenants')
    table.text('plugin').notNullable().references('name').inTable('plugins')
    table.text('job').notNullable()
    for (const count of ['done', 'refused', 'failed', 'skipped', 'missed']) {
      table.bigInteger(count).notNullable().defaultTo(0)
    }
    table.text('last_run')
    table.text('last_outcome')
    table.text('last_code')
    table.timestamp('last_scheduled_at')
    table.timestamp('last_ended_at')
    table.primary(['tenant', 'plugin', 'job'])
  })
  await knex.schema.createTable('job_reconciled', (table) => {
    // One row: the generation of the routing table that the schedules were last made from.
    table.smallint('id').primary().defaultTo(1).checkBetween([1, 1])
    table.bigInteger('generation').notNullable()
  })
  await knex('job_reconciled').insert({ generation: 0 })
}

async function makeUses(knex: Knex): Promise<void> {
  await knex.schema.createTable('grant_uses', (table) => {
    table.text('tenant').notNullable()
    table.text('plugin').notNullable()
    table.text('version').notNullable()
    table.text('capability').notNullable()
    table.text('grant_id').notNullable()
    table.text('facet').notNullable()
    table.bigInteger('count').notNullable()
    table.bigInteger('failures').notNullable()
    table.double('total_ms').notNullable()
    table.timestamp('first_at').notNullable()
    table.timestamp('last_at').notNullable()
    table.primary(['tenant', 'plugin', 'version', 'capability', 'grant_id', 'facet'])
  })
}

async function makeMeters(knex: Knex): Promise<void> {
  await knex.schema.createTable('metered_units', (table) => {
    table.text('tenant').notNullable()
    table.date('day').notNullable()
    table.text('plugin').notNullable()
    table.text('version').notNullable()
    // Who called, such as app:planner.
    table.text('principal').notNullable()
    table.text('operation').notNullable()
    table.text('unit').notNullable()
    // Whole, and exact however many there are.
    table.specificType('units', 'numeric').notNullable()
    table.bigInteger('calls').notNullable()
    table.primary(['tenant', 'day', 'plugin', 'version', 'principal', 'operation', 'unit'])
  })
}

export async function down(knex: Knex): Promise<void> {
  for (const table of [
    'metered_units',
    'grant_uses',
    'job_reconciled',
    'job_tallies',
    'job_schedules',
  ]) {
    await knex.schema.dropTable(table)
  }
}
