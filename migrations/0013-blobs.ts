import type { Knex } from 'knex'

/**
 * Files of plugins. Bytes belong to one owner (a plugin in a tenant) and are never shared with another, nor with
 * the packages in `contents`: nobody can find out by a put what others have, and to drop them asks no one.
 */
export async function up(knex: Knex): Promise<void> {
  // One row an owner, locked by whoever changes anything of it: the quota is exact because of that.
  await knex.schema.createTable('blob_usage', (table) => {
    table.text('tenant').notNullable().references('id').inTable('tenants')
    table.text('plugin').notNullable().references('name').inTable('plugins')
    // Of blobs and of open uploads.
    table.bigInteger('bytes').notNullable().defaultTo(0)
    table.bigInteger('written_bytes').notNullable().defaultTo(0)
    table.bigInteger('read_bytes').notNullable().defaultTo(0)
    table.primary(['tenant', 'plugin'])
  })
  await knex.schema.createTable('blobs', (table) => {
    table.text('tenant').notNullable()
    table.text('plugin').notNullable()
    table.text('sha256').notNullable()
    table.bigInteger('size').notNullable()
    table.text('type').notNullable()
    table.uuid('object').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['tenant', 'plugin', 'sha256'])
    table.foreign(['tenant', 'plugin']).references(['tenant', 'plugin']).inTable('blob_usage')
  })
  await knex.schema.createTable('blob_uploads', (table) => {
    table.text('id').primary()
    table.text('tenant').notNullable()
    table.text('plugin').notNullable()
    table.text('type').notNullable()
    table.uuid('object').notNullable()
    table.bigInteger('size').notNullable().defaultTo(0)
    // Nothing is added any more: its bytes are being hashed.
    table.boolean('is_sealed').notNullable().defaultTo(false)
    table.timestamp('expires_at').notNullable().index()
    table.foreign(['tenant', 'plugin']).references(['tenant', 'plugin']).inTable('blob_usage')
    table.index(['tenant', 'plugin'])
  })
  // An object is the bytes of one blob or one upload, in pieces of one size. Each piece has its own SHA-256, so that
  // a range is verified without reading the rest.
  await knex.schema.createTable('blob_chunks', (table) => {
    table.uuid('object').notNullable()
    table.integer('ordinal').notNullable()
    table.binary('sha256').notNullable()
    table.binary('bytes').notNullable()
    table.primary(['object', 'ordinal'])
  })
  // Pictures, documents and archives are compressed already.
  await knex.raw('ALTER TABLE blob_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL')
  // Objects that belong to nothing any more, to be swept piece by piece.
  await knex.schema.createTable('blob_garbage', (table) => {
    table.uuid('object').primary()
    table.timestamp('since').notNullable().index()
  })
}

export async function down(knex: Knex): Promise<void> {
  const tables = ['blob_garbage', 'blob_chunks', 'blob_uploads', 'blobs', 'blob_usage']
  for (const table of tables) await knex.schema.dropTable(table)
}
