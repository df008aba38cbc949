import type { Knex } from 'knex'

/**
 * What V8 made of a bundle ahead of its first load. It can be lost without harm: it is made anew, also for
 * another version of V8, which has another compiler tag.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('compiled_bundles', (table) => {
    table.text('bundle_sha256').notNullable()
    table.text('compiler').notNullable()
    // HMAC-SHA-256 over both names and the code: V8 does not check what it is given.
    table.binary('mac').notNullable()
    table.binary('code').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['bundle_sha256', 'compiler'])
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('compiled_bundles')
}
