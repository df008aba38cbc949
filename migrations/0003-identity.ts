import type { Knex } from 'knex'

/** Who the host knows: tenants, their units, their admins' tokens, and the apps that call data services. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('tenants', (table) => {
    table.text('id').primary()
    table.text('name').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
  })
  await knex.schema.createTable('units', (table) => {
    table.text('tenant').notNullable().references('id').inTable('tenants')
    table.text('id').notNullable()
    table.text('name').notNullable()
    table.text('parent')
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['tenant', 'id'])
    table.foreign(['tenant', 'parent']).references(['tenant', 'id']).inTable('units')
  })
  await knex.schema.createTable('admin_tokens', (table) => {
    table.text('id').primary()
    table.text('tenant').notNullable().references('id').inTable('tenants')
    table.text('label').notNullable()
    // Only the SHA-256 of a token is kept: 256 random bits need no salt and no slow hash.
    table.binary('hash').notNullable().unique()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.timestamp('revoked_at')
  })
  await knex.schema.createTable('apps', (table) => {
    table.text('tenant').notNullable().references('id').inTable('tenants')
    table.text('id').notNullable()
    table.text('name').notNullable()
    table.text('unit')
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['tenant', 'id'])
    table.foreign(['tenant', 'unit']).references(['tenant', 'id']).inTable('units')
  })
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['apps', 'admin_tokens', 'units', 'tenants'])
    await knex.schema.dropTable(table)
}
