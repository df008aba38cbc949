import type { Knex } from 'knex'

/** Bytes by their SHA-256, in chunks: one row holds at most 1 GB, and a chunk is all a reader needs in memory. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('contents', (table) => {
    table.text('sha256').primary()
    table.bigInteger('size').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
  })
  await knex.schema.createTable('content_chunks', (table) => {
    table.text('sha256').notNullable().references('sha256').inTable('contents').onDelete('CASCADE')
    table.integer('ordinal').notNullable()
    table.binary('bytes').notNullable()
    table.primary(['sha256', 'ordinal'])
  })
  // Tarballs and bundles are compressed already: trying again costs time and wins nothing.
  await knex.raw('ALTER TABLE content_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL')
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('content_chunks')
  await knex.schema.dropTable('contents')
}
