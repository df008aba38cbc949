import type { Knex } from 'knex'

/** What tenants say of packages, and which terms were accepted. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('package_ratings', (table) => {
    table.text('id').notNullable().unique()
    table.text('name').notNullable().references('name').inTable('packages').onDelete('CASCADE')
    table.text('tenant').notNullable()
    table.integer('major').notNullable()
    table.integer('stars').notNullable()
    table.text('body')
    table.text('author').notNullable()
    table.timestamp('created_at').notNullable()
    table.timestamp('updated_at').notNullable()
    // What the publisher says to it.
    table.text('answer')
    table.timestamp('answered_at')
    // By the operator; it counts no more while it is hidden.
    table.text('hidden_reason')
    table.text('hidden_by')
    // Since when the tenant does not run the package any more; the rating counts for some time after.
    table.timestamp('gone_since')
    table.primary(['name', 'tenant', 'major'])
    table.check('stars between 1 and 5', [], 'package_ratings_stars')
  })
  await knex.schema.createTable('terms_consents', (table) => {
    table.text('plugin').notNullable()
    // SHA-256, hex, of the terms that were shown.
    table.text('hash').notNullable()
    // The version that they were accepted for first.
    table.text('version').notNullable()
    table.text('accepted_by').notNullable()
    table.timestamp('accepted_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['plugin', 'hash'])
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('terms_consents')
  await knex.schema.dropTable('package_ratings')
}
