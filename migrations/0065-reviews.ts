import type { Knex } from 'knex'

/** The review of versions: who decides, by what policy, and all that was said. Nothing of it is ever deleted. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('package_versions', (table) => {
    // Why and by whom it is in its state; null: it was published, and nobody said more.
    table.text('state_reason')
    table.text('state_by')
  })
  await knex.schema.createTable('publisher_roles', (table) => {
    table.text('publisher').notNullable().references('name').inTable('publishers')
    table.text('role').notNullable()
    table.timestamp('given_at').notNullable()
    table.primary(['publisher', 'role'])
    table.check(`role in ('reviewer', 'trusted')`, [], 'publisher_roles_role')
  })
  await knex.schema.createTable('review_policy', (table) => {
    table.boolean('singleton').primary().defaultTo(true)
    table.jsonb('policy').notNullable()
    table.timestamp('changed_at').notNullable()
    table.check('singleton')
  })
  await knex.schema.createTable('reviews', (table) => {
    // npm's stage id.
    table.uuid('id').primary()
    table.text('name').notNullable()
    table.text('version').notNullable()
    table.text('tag').notNullable()
    table.text('publisher').notNullable().references('name').inTable('publishers')
    table.text('tier').notNullable()
    // Why it was asked for, and how many approvals of others it takes.
    table.jsonb('grounds').notNullable()
    table.integer('needed').notNullable()
    table.text('status').notNullable()
    table.timestamp('opened_at').notNullable()
    table.timestamp('decided_at')
    table.unique(['name', 'version'])
    table.foreign(['name', 'version']).references(['name', 'version']).inTable('package_versions')
    table.index(['status', 'opened_at', 'id'])
    table.check(`status in ('open', 'approved', 'rejected')`, [], 'reviews_status')
  })
  await knex.schema.createTable('review_entries', (table) => {
    table.bigIncrements('id')
    table.uuid('review').notNullable().references('id').inTable('reviews').index()
    table.text('kind').notNullable()
    table.text('actor').notNullable().references('name').inTable('publishers')
    table.text('text').notNullable()
    // The finding that it speaks of.
    table.text('rule')
    table.timestamp('at').notNullable()
    table.check(`kind in ('approval', 'rejection', 'appeal', 'answer')`, [], 'review_entries_kind')
  })
  // Nobody counts twice.
  await knex.raw(
    `create unique index review_entries_one_approval on review_entries (review, actor) where kind = 'approval'`,
  )
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['review_entries', 'reviews', 'review_policy', 'publisher_roles']) {
    await knex.schema.dropTable(table)
  }
  await knex.schema.alterTable('package_versions', (table) => {
    table.dropColumn('state_reason')
    table.dropColumn('state_by')
  })
}
