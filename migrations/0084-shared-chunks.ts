import type { Knex } from 'knex'

/**
 * A file that is made of parts of others has their whole chunks without a copy: its own row says where the bytes lie. A signed
 * contract of 5 MB that gets one more signature is some kilobytes more.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('blob_chunks', (table) => {
    table.setNullable('bytes')
    // Where the bytes are, never a row that has none itself. What is referred to cannot be deleted.
    table.uuid('source')
    table.integer('source_ordinal')
    table
      .foreign(['source', 'source_ordinal'])
      .references(['object', 'ordinal'])
      .inTable('blob_chunks')
    table.check('(bytes is null) = (source is not null)', {}, 'blob_chunks_bytes_or_source')
    table.check(
      '(source is null) = (source_ordinal is null)',
      {},
      'blob_chunks_source_with_ordinal',
    )
  })
  await knex.raw(
    'CREATE INDEX blob_chunks_source ON blob_chunks (source, source_ordinal) WHERE source IS NOT NULL',
  )
  await knex.raw(`
    CREATE VIEW whole_blob_chunks AS
    SELECT c.object, c.ordinal, c.sha256, coalesce(c.bytes, s.bytes) AS bytes,
           coalesce(c.source, c.object) AS holder, coalesce(c.source_ordinal, c.ordinal) AS holder_ordinal
      FROM blob_chunks c
      LEFT JOIN blob_chunks s ON s.object = c.source AND s.ordinal = c.source_ordinal`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP VIEW whole_blob_chunks')
  await knex.raw('ALTER TABLE blob_chunks DROP CONSTRAINT blob_chunks_bytes_or_source')
  await knex.raw(`
    UPDATE blob_chunks c SET bytes = s.bytes, source = NULL, source_ordinal = NULL
      FROM blob_chunks s WHERE s.object = c.source AND s.ordinal = c.source_ordinal`)
  await knex.schema.alterTable('blob_chunks', (table) => {
    table.dropColumns('source', 'source_ordinal')
    table.dropNullable('bytes')
  })
}
