import type { Knex } from 'knex'

/** Other marketplaces that this host installs from: whose word is believed, and for which scopes. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('marketplaces', (table) => {
    table.text('name').primary()
    // Null: it is reached by files alone.
    table.text('url')
    table.text('state').notNullable()
    // Its own name for itself, as installed versions carry it; null: no file of it has come yet. It stays taken when the
    // marketplace was removed.
    table.text('fingerprint').unique()
    // Scopes and names that may be taken; empty: all of the scopes that are bound to it.
    table.specificType('allow', 'text[]').notNullable()
    table.integer('minimum_age_hours').notNullable()
    table.text('token_data_key')
    table.binary('token_sealed')
    table.text('added_by').notNullable()
    table.timestamp('added_at').notNullable()
    table.text('confirmed_by')
    table.timestamp('confirmed_at')
    // When it signed the newest of its words that were taken: nothing older is taken again.
    table.timestamp('told_at')
    table.timestamp('next_look_at').notNullable()
    table.timestamp('looked_at')
    table.timestamp('failing_since')
    table.integer('failures').notNullable().defaultTo(0)
    table.text('failure')
    table.check(
      `state in ('unconfirmed', 'active', 'paused', 'key_changed', 'removed')`,
      [],
      'marketplaces_state',
    )
    table.check('minimum_age_hours between 0 and 8760', [], 'marketplaces_minimum_age')
  })
  await knex.schema.createTable('marketplace_keys', (table) => {
    table.text('marketplace').notNullable().references('name').inTable('marketplaces')
    table.text('keyid').notNullable()
    // SubjectPublicKeyInfo, DER, base64; null: the operator named its fingerprint, and it has not come yet.
    table.text('public_key')
    // Pinned: the operator said so, or a pinned one vouched for it. The others were only offered.
    table.boolean('is_pinned').notNullable()
    table.timestamp('seen_at').notNullable()
    table.primary(['marketplace', 'keyid'])
  })
  await knex.schema.createTable('marketplace_scopes', (table) => {
    // A scope has one marketplace: the primary key is what makes it so.
    table.text('scope').primary()
    table.text('marketplace').notNullable().references('name').inTable('marketplaces').index()
    table.text('bound_by').notNullable()
    table.timestamp('bound_at').notNullable()
  })
  await toldTables(knex)
  await mirroredColumns(knex)
}

/** What a marketplace was heard to say of its versions: it may add to it, and take nothing back. */
async function toldTables(knex: Knex): Promise<void> {
  await knex.schema.createTable('marketplace_packages', (table) => {
    table.text('marketplace').notNullable().references('name').inTable('marketplaces')
    table.text('name').notNullable()
    table.timestamp('told_at').notNullable()
    table.timestamp('looked_at').notNullable()
    table.jsonb('dist_tags').notNullable()
    table.primary(['marketplace', 'name'])
  })
  await knex.schema.createTable('marketplace_versions', (table) => {
    table.text('marketplace').notNullable()
    table.text('name').notNullable()
    table.text('version').notNullable()
    table.text('integrity').notNullable()
    table.text('state').notNullable()
    table.text('reason')
    table.timestamp('published_at').notNullable()
    table.primary(['marketplace', 'name', 'version'])
    table
      .foreign(['marketplace', 'name'])
      .references(['marketplace', 'name'])
      .inTable('marketplace_packages')
  })
}

async function mirroredColumns(knex: Knex): Promise<void> {
  await knex.schema.alterTable('package_versions', (table) => {
    // Null: published here. Else the marketplace's name on this host.
    table.text('mirrored_from')
    table.timestamp('mirrored_at')
    // Publishers and fingerprints of another marketplace are none of this one's.
    table.dropForeign('publisher')
    table.dropForeign('fingerprint')
  })
  await knex.schema.alterTable('advisories', (table) => {
    table.text('mirrored_from')
    // Its number there.
    table.integer('mirrored_id')
    table.unique(['mirrored_from', 'mirrored_id'])
  })
}

/** What was mirrored goes with its tables: a host without them has no word for where it came from. */
export async function down(knex: Knex): Promise<void> {
  await knex('advisories').whereNotNull('mirrored_from').delete()
  await knex.schema.alterTable('advisories', (table) => {
    table.dropUnique(['mirrored_from', 'mirrored_id'])
    table.dropColumn('mirrored_from')
    table.dropColumn('mirrored_id')
  })
  await knex.schema.alterTable('package_versions', (table) => {
    table.dropColumn('mirrored_from')
    table.dropColumn('mirrored_at')
  })
  // Not valid: what was mirrored stays where it is installed, and is not looked at again.
  await knex.raw(`alter table package_versions
    add constraint package_versions_publisher_foreign
      foreign key (publisher) references publishers (name) not valid,
    add constraint package_versions_fingerprint_foreign
      foreign key (fingerprint) references marketplace_identity (fingerprint) not valid`)
  const tables = [
    'marketplace_versions',
    'marketplace_packages',
    'marketplace_scopes',
    'marketplace_keys',
    'marketplaces',
  ]
  for (const table of tables) await knex.schema.dropTable(table)
}
