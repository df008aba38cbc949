import type { Knex } from 'knex'

/** Known weaknesses of published versions, and how often each tarball was fetched on a day. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('advisories', (table) => {
    // npm shows and ignores advisories by number.
    table.increments('id')
    table.text('package').notNullable()
    table.text('title').notNullable()
    table.text('severity').notNullable()
    table.text('vulnerable_versions').notNullable()
    table.text('url')
    table.specificType('cwe', 'text[]').notNullable()
    table.decimal('cvss_score', 3, 1)
    table.text('cvss_vector')
    table.timestamp('created_at').notNullable()
    table.timestamp('withdrawn_at')
    table.index(['package'], 'advisories_package', { predicate: knex.whereNull('withdrawn_at') })
    table.check(`severity in ('info', 'low', 'moderate', 'high', 'critical')`)
  })
  await knex.schema.createTable('package_downloads', (table) => {
    table.text('name').notNullable()
    table.text('version').notNullable()
    table.date('day').notNullable()
    table.bigInteger('count').notNullable()
    table.primary(['name', 'day', 'version'])
    table.foreign(['name', 'version']).references(['name', 'version']).inTable('package_versions')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('package_downloads')
  await knex.schema.dropTable('advisories')
}
