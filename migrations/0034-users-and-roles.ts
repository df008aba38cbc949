import type { Knex } from 'knex'

/**
 * People and service accounts of a tenant, what they may do, and where they stand. `access_revisions` has the number of
 * the last change of what anybody of a tenant may do: nodes keep what they have read of it until it moves, and find
 * what has moved by the one row of `access_clock`.
 */
export async function up(knex: Knex): Promise<void> {
  await usersUp(knex)
  await rolesUp(knex)
  await positionsUp(knex)
  await knex.schema.createTable('access_clock', (table) => {
    table.boolean('is_only').primary().defaultTo(true)
    table.bigInteger('revision').notNullable().defaultTo(0)
    table.check('is_only')
  })
  await knex('access_clock').insert({ is_only: true })
  await knex.schema.createTable('access_revisions', (table) => {
    table.text('tenant').primary().references('id').inTable('tenants')
    table.bigInteger('revision').notNullable().index()
  })
}

async function usersUp(knex: Knex): Promise<void> {
  await knex.schema.createTable('users', (table) => {
    table.text('tenant').notNullable().references('id').inTable('tenants')
    table.text('id').notNullable()
    table.text('kind').notNullable()
    // Folded: two people of a tenant never differ by capitals alone.
    table.text('login').notNullable()
    table.text('email')
    table.text('display_name').notNullable()
    table.text('locale').notNullable()
    table.text('unit')
    table.text('state').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['tenant', 'id'])
    table.unique(['tenant', 'login'])
    table.foreign(['tenant', 'unit']).references(['tenant', 'id']).inTable('units')
    table.index(['tenant', 'unit'])
  })
}

async function rolesUp(knex: Knex): Promise<void> {
  await knex.schema.createTable('roles', (table) => {
    table.text('tenant').notNullable().references('id').inTable('tenants')
    table.text('id').notNullable()
    table.text('name').notNullable()
    table.specificType('actions', 'text[]').notNullable()
    table.specificType('permissions', 'text[]').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['tenant', 'id'])
  })
  await knex.schema.createTable('role_assignments', (table) => {
    table.text('tenant').notNullable()
    table.text('id').primary()
    table.text('user_id').notNullable()
    // A built-in role or one of the tenant's: of the first there is no row to refer to.
    table.text('role').notNullable()
    table.text('unit')
    table.timestamp('valid_from')
    table.timestamp('valid_to')
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.foreign(['tenant', 'user_id']).references(['tenant', 'id']).inTable('users')
    table.foreign(['tenant', 'unit']).references(['tenant', 'id']).inTable('units')
    table.index(['tenant', 'user_id'])
    table.index(['tenant', 'role'])
  })
}

async function positionsUp(knex: Knex): Promise<void> {
  await knex.schema.createTable('positions', (table) => {
    table.text('tenant').notNullable()
    table.text('id').notNullable()
    table.text('name').notNullable()
    table.text('unit').notNullable()
    table.specificType('roles', 'text[]').notNullable()
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.primary(['tenant', 'id'])
    table.foreign(['tenant', 'unit']).references(['tenant', 'id']).inTable('units')
  })
  await knex.schema.createTable('position_holders', (table) => {
    table.text('tenant').notNullable()
    table.text('id').primary()
    table.text('position').notNullable()
    table.text('user_id').notNullable()
    table.timestamp('valid_from').notNullable()
    table.timestamp('valid_to')
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now())
    table.unique(['tenant', 'position', 'user_id', 'valid_from'])
    table.foreign(['tenant', 'position']).references(['tenant', 'id']).inTable('positions')
    table.foreign(['tenant', 'user_id']).references(['tenant', 'id']).inTable('users')
    table.index(['tenant', 'user_id'])
  })
}

export async function down(knex: Knex): Promise<void> {
  for (const table of [
    'access_revisions',
    'access_clock',
    'position_holders',
    'positions',
    'role_assignments',
    'roles',
    'users',
  ])
    await knex.schema.dropTable(table)
}
