import type { Knex } from 'knex'

/** What the marketplace shows of packages and finds them by: made of what was published, so it can be made again. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('package_listings', (table) => {
    table.text('name').primary().references('name').inTable('packages').onDelete('CASCADE')
    // The revision of the package that the row was made from: another one means that it is to be made anew.
    table.text('rev').notNullable()
    // The version that is shown; null: none of the package may be shown.
    table.text('version')
    table.jsonb('display_name').notNullable()
    table.jsonb('summary').notNullable()
    table.specificType('keywords', 'text[]').notNullable()
    table.text('category')
    table.text('tier')
    table.text('publisher').notNullable()
    table.text('host_range')
    table.text('license')
    table.specificType('capabilities', 'text[]').notNullable()
    // Words of either language, made by search-words.ts, so that no extension is needed: of its names; of these and what
    // it is about; of all that it says. The small ones rank without the large one being read.
    table.specificType('names', 'tsvector').notNullable()
    table.specificType('topics', 'tsvector').notNullable()
    table.specificType('words', 'tsvector').notNullable()
    table.timestamp('released_at').notNullable()
    // Of this host's own figures; see standing.ts. From 0 to 1.
    table.double('standing').notNullable().defaultTo(0)
    table.index(['publisher', 'name'])
  })
  await knex.raw('create index package_listings_words on package_listings using gin (words)')
  // What is only shown, or only searched by its index, lies apart: to rank all packages is to read all rows.
  await knex.raw('alter table package_listings alter words set storage external')
  await knex.raw('alter table package_listings set (toast_tuple_target = 512)')
  // Words that listings have, for those that were written wrongly.
  await knex.schema.createTable('listing_words', (table) => {
    table.specificType('word', 'text collate "C"').primary()
    table.specificType('grams', 'text[]').notNullable()
  })
  await knex.raw('create index listing_words_grams on listing_words using gin (grams)')
  // Texts and pictures of a version that its page shows; the bytes lie with the host's contents.
  await knex.schema.createTable('package_files', (table) => {
    table.text('name').notNullable()
    table.text('version').notNullable()
    table.text('path').notNullable()
    table.text('kind').notNullable()
    table.text('media_type').notNullable()
    table.text('sha256').notNullable()
    table.integer('size').notNullable()
    table.primary(['name', 'version', 'path'])
    table
      .foreign(['name', 'version'])
      .references(['name', 'version'])
      .inTable('package_versions')
      .onDelete('CASCADE')
  })
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['package_files', 'listing_words', 'package_listings']) {
    await knex.schema.dropTable(table)
  }
}
