import type { Knex } from 'knex'

/** Rollouts of what plugins keep themselves, and how far the moves of rollouts were told to plugins. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('rollouts', (table) => {
    table.text('kind').notNullable().defaultTo('plugin')
    // Both null: the plugin itself, which is no tenant's. Both set: a document of the plugin in a tenant.
    table.text('tenant')
    table.text('subject_id')
    // Only versions of plugins are installed; those of documents are names that the plugin chose.
    table.dropForeign(['plugin', 'from_version'])
    table.dropForeign(['plugin', 'to_version'])
  })
  await knex.raw(
    `alter table rollouts
       add constraint rollouts_subject check ((kind = 'plugin') = (tenant is null) and (tenant is null) = (subject_id is null)),
       add column installed_from text generated always as (case when kind = 'plugin' then from_version end) stored,
       add column installed_to text generated always as (case when kind = 'plugin' then to_version end) stored,
       add constraint rollouts_installed_from foreign key (plugin, installed_from) references installations (plugin, version),
       add constraint rollouts_installed_to foreign key (plugin, installed_to) references installations (plugin, version)`,
  )
  await knex.raw('drop index rollouts_live')
  // The last fence: whatever the code does, nothing has two canaries at once.
  await knex.raw(
    `create unique index rollouts_live on rollouts (plugin, kind, coalesce(tenant, ''), coalesce(subject_id, ''))
      where state in ('running', 'paused', 'baking')`,
  )
  // The few that are not over: they are looked at four times a second.
  await knex.raw(
    `create index rollouts_of_documents on rollouts (tenant, plugin)
      where kind <> 'plugin' and state in ('ready', 'running', 'paused', 'baking')`,
  )
  await knex.schema.createTable('stable_documents', (table) => {
    table.text('tenant').notNullable()
    table.text('plugin').notNullable()
    table.text('kind').notNullable()
    table.text('id').notNullable()
    table.text('version').notNullable()
    table.timestamp('updated_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['tenant', 'plugin', 'kind', 'id'])
  })
  await knex.schema.createTable('told_rollouts', (table) => {
    // One row: moves up to this generation were told.
    table.smallint('id').primary().defaultTo(1).checkBetween([1, 1])
    table.bigInteger('generation').notNullable()
  })
  // What happened before is history: nobody is told of it as if it were news.
  await knex.raw('insert into told_rollouts (generation) select generation from routing')
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('told_rollouts')
  await knex.schema.dropTable('stable_documents')
  const ofDocuments = "rollout in (select id from rollouts where kind <> 'plugin')"
  for (const table of ['rollout_evidence', 'rollout_tallies', 'rollout_transitions']) {
    await knex.raw(`delete from ${table} where ${ofDocuments}`)
  }
  await knex.raw("delete from rollouts where kind <> 'plugin'")
  await knex.raw('drop index rollouts_of_documents')
  await knex.raw('drop index rollouts_live')
  await knex.raw(
    "create unique index rollouts_live on rollouts (plugin) where state in ('running', 'paused', 'baking')",
  )
  await knex.raw('alter table rollouts drop constraint rollouts_subject')
  await knex.schema.alterTable('rollouts', (table) => {
    table.dropColumns('installed_from', 'installed_to', 'kind', 'tenant', 'subject_id')
    table
      .foreign(['plugin', 'from_version'])
      .references(['plugin', 'version'])
      .inTable('installations')
    table
      .foreign(['plugin', 'to_version'])
      .references(['plugin', 'version'])
      .inTable('installations')
  })
}
