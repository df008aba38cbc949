import type { Knex } from 'knex'

/** How the two logs are read by who sends events on. */
export async function up(knex: Knex): Promise<void> {
  // Numbers of the outbox are not committed in their order: what was not read yet is marked, so that none is passed
  // over. What is there already is nobody's news.
  await knex.raw('alter table outbox_events add column is_fanned_out boolean not null default true')
  await knex.raw('alter table outbox_events alter column is_fanned_out set default false')
  await knex.raw(
    'create index outbox_events_new on outbox_events (sequence) where not is_fanned_out',
  )
  // A stream reads on from where it was, in one tenant.
  await knex.raw('create index events_of_tenants on events (tenant, sequence)')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index events_of_tenants')
  await knex.raw('drop index outbox_events_new')
  await knex.schema.alterTable('outbox_events', (table) => table.dropColumn('is_fanned_out'))
}
