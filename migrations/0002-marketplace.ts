import type { Knex } from 'knex'

/** The store: who publishes, what was published, which tag points where. Published rows are never deleted. */
export async function up(knex: Knex): Promise<void> {
  await publisherTables(knex)
  await packageTables(knex)
}

export async function down(knex: Knex): Promise<void> {
  const tables = [
    'dist_tags',
    'package_versions',
    'packages',
    'marketplace_identity',
    'publisher_tokens',
    'publisher_scopes',
    'publishers',
  ]
  for (const table of tables) await knex.schema.dropTable(table)
}

async function publisherTables(knex: Knex): Promise<void> {
  await knex.schema.createTable('publishers', (table) => {
    table.text('name').primary()
    // Argon2id in PHC form; null for an account that logs in with a token only.
    table.text('password_hash')
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
  })
  // The operator publishes too: a row of its own keeps every owner and publisher a real reference.
  await knex('publishers').insert({ name: 'operator' })
  await knex.schema.createTable('publisher_scopes', (table) => {
    table.text('scope').primary()
    table.text('publisher').notNullable().references('name').inTable('publishers').index()
    table.timestamp('granted_at').notNullable().defaultTo(knex.fn.now())
  })
  await knex.schema.createTable('publisher_tokens', (table) => {
    // Only the SHA-256 of a token is kept: 256 random bits need no salt and no slow hash.
    table.binary('hash').primary()
    table.text('publisher').notNullable().references('name').inTable('publishers').index()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.timestamp('expires_at')
    table.timestamp('revoked_at')
  })
}

async function packageTables(knex: Knex): Promise<void> {
  await knex.schema.createTable('marketplace_identity', (table) => {
    table.boolean('singleton').primary().defaultTo(true)
    table.binary('id').notNullable()
    table.text('fingerprint').notNullable().unique()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.check('singleton')
  })
  await knex.schema.createTable('packages', (table) => {
    table.text('name').primary()
    table.text('owner').notNullable().references('name').inTable('publishers')
    // CouchDB's form, "7-<random hex>": a restored backup never repeats a revision a client has seen.
    table.text('rev').notNullable()
    table.timestamp('created_at').notNullable()
    table.timestamp('modified_at').notNullable()
  })
  await knex.schema.createTable('package_versions', (table) => {
    table.text('name').notNullable().references('name').inTable('packages')
    table.text('version').notNullable()
    table.text('state').notNullable()
    table.text('publisher').notNullable().references('name').inTable('publishers')
    table.text('integrity').notNullable()
    table.text('shasum').notNullable()
    table.text('tarball_sha256').notNullable()
    table.integer('size').notNullable()
    table.bigInteger('unpacked_size').notNullable()
    table.integer('file_count').notNullable()
    table.jsonb('package_json').notNullable()
    table.jsonb('manifest').notNullable()
    table.jsonb('contracts').notNullable()
    table.text('readme')
    // The Sigstore bundle as it came with the publish.
    table.text('provenance')
    table
      .text('fingerprint')
      .notNullable()
      .references('fingerprint')
      .inTable('marketplace_identity')
    table.text('signature')
    table.timestamp('published_at').notNullable()
    table.primary(['name', 'version'])
    table.check(
      `state in ('staged', 'validating', 'quarantined', 'rejected', 'published', 'deprecated', 'yanked', 'blocked')`,
      [],
      'package_versions_state',
    )
  })
  await knex.schema.createTable('dist_tags', (table) => {
    table.text('name').notNullable()
    table.text('tag').notNullable()
    table.text('version').notNullable()
    table.primary(['name', 'tag'])
    table.foreign(['name', 'version']).references(['name', 'version']).inTable('package_versions')
  })
}
