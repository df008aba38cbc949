import type { Knex } from 'knex'

const STATES = [
  'staged',
  'validating',
  'quarantined',
  'rejected',
  'published',
  'deprecated',
  'yanked',
  'blocked',
]

/** What npm's clients ask for beyond publishing: narrowed tokens, login by browser, owners, stars, deprecation. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('publisher_tokens', (table) => {
    table.text('name')
    // Null: no limit of that kind.
    table.boolean('read_only').notNullable().defaultTo(false)
    table.specificType('cidrs', 'text[]')
    table.specificType('packages', 'text[]')
    table.specificType('scopes', 'text[]')
  })
  await knex.schema.createTable('publisher_logins', (table) => {
    // Hashes of two secrets: one opens the page, the other fetches the token. Neither leads to the other.
    table.binary('code_hash').primary()
    table.binary('done_hash').notNullable().unique()
    table.text('address').notNullable().index()
    table.text('client').notNullable()
    table.integer('failures').notNullable().defaultTo(0)
    table.text('publisher').references('name').inTable('publishers')
    table.timestamp('created_at').notNullable()
    table.timestamp('expires_at').notNullable().index()
  })
  await knex.schema.createTable('package_maintainers', (table) => {
    table.text('name').notNullable().references('name').inTable('packages')
    table.text('publisher').notNullable().references('name').inTable('publishers').index()
    table.timestamp('added_at').notNullable()
    table.primary(['name', 'publisher'])
  })
  await knex.schema.createTable('package_stars', (table) => {
    table.text('publisher').notNullable().references('name').inTable('publishers')
    table.text('name').notNullable().references('name').inTable('packages').index()
    table.timestamp('starred_at').notNullable()
    table.primary(['publisher', 'name'])
  })
  await knex.schema.alterTable('package_versions', (table) => {
    table.text('deprecation')
    table.timestamp('unpublished_at')
    // Of the statement inside the Sigstore bundle, so that a packument need not read the bundle.
    table.text('provenance_type')
  })
  await allowStates(knex, [...STATES, 'unpublished'])
}

export async function down(knex: Knex): Promise<void> {
  // A withdrawn number stays taken, and nobody may install it: blocked is what the older schema has for that.
  await knex('package_versions').where({ state: 'unpublished' }).update({ state: 'blocked' })
  await allowStates(knex, STATES)
  await knex.schema.alterTable('package_versions', (table) => {
    table.dropColumns('deprecation', 'unpublished_at', 'provenance_type')
  })
  for (const table of ['package_stars', 'package_maintainers', 'publisher_logins']) {
    await knex.schema.dropTable(table)
  }
  // Without its limits a narrowed token would be a whole one.
  await knex('publisher_tokens')
    .whereRaw('read_only or cidrs is not null or packages is not null or scopes is not null')
    .whereNull('revoked_at')
    .update({ revoked_at: knex.fn.now() })
  await knex.schema.alterTable('publisher_tokens', (table) => {
    table.dropColumns('name', 'read_only', 'cidrs', 'packages', 'scopes')
  })
}

async function allowStates(knex: Knex, states: readonly string[]): Promise<void> {
  const list = states.map((state) => `'${state}'`).join(', ')
  await knex.raw('alter table package_versions drop constraint package_versions_state')
  await knex.raw(
    `alter table package_versions add constraint package_versions_state check (state in (${list}))`,
  )
}
