import type { Knex } from 'knex'

/** Hosts of this database, and the generation that each routes by. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('nodes', (table) => {
    // A process, not a machine: a restarted host is another node.
    table.text('id').primary()
    table.text('machine').notNullable()
    // All by the database's clock: machines need not agree.
    table.timestamp('started_at').notNullable().defaultTo(knex.raw('clock_timestamp()'))
    table.timestamp('seen_at').notNullable().defaultTo(knex.raw('clock_timestamp()'))
    table.bigInteger('generation').notNullable()
    table.timestamp('acknowledged_at').notNullable().defaultTo(knex.raw('clock_timestamp()'))
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('nodes')
}
