import { createKnex } from '../../src/storage/create-knex.ts'
import { until } from './processes.ts'

/** A rating of a major that nobody runs any more, for what others do with it; acme's calls are counted when it is there. */
export async function keptRating(databaseUrl: string, name: string): Promise<string> {
  const knex = createKnex(databaseUrl, { pool: 1 })
  try {
    const id = 'a'.repeat(32)
    const at = new Date()
    await knex('package_ratings').insert({
      ...{ id, name, tenant: 'acme', major: 9, stars: 2, body: 'Slow', author: 'tester' },
      ...{ created_at: at, updated_at: at },
    })
    await until(
      async () => (await knex('service_levels').where({ plugin: name }).first()) !== undefined,
    )
    return id
  } finally {
    await knex.destroy()
  }
}
