import type { Knex } from 'knex'

/** What trying a version's migration steps on a copy found, by the pair of versions it lies between. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('rehearsals', (table) => {
    table.text('plugin').notNullable()
    table.text('from_version').notNullable()
    table.text('to_version').notNullable()
    // unneeded, reversible or refused.
    table.text('verdict').notNullable()
    // Of the texts that were replayed and tried: other texts are another rehearsal.
    table.text('digest').notNullable()
    table.jsonb('report').notNullable()
    table.timestamp('rehearsed_at').notNullable().defaultTo(knex.fn.now())
    table.text('override_reason')
    table.text('overridden_by')
    table.timestamp('overridden_at')
    table.primary(['plugin', 'from_version', 'to_version'])
    for (const column of ['from_version', 'to_version']) {
      table.foreign(['plugin', column]).references(['plugin', 'version']).inTable('installations')
    }
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('rehearsals')
}
