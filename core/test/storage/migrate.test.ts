import { writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { createKnex } from '../../src/storage/create-knex.ts'
import { migrateDown, migrateUp } from '../../src/storage/migrate.ts'
import { testDatabases } from '../support/postgres.ts'

// The plugins' database of a test is empty: a place to migrate from nothing.
const { hostUrl, pluginUrl } = await testDatabases(t)
const knex = createKnex(pluginUrl)
t.teardown(() => knex.destroy())

const tableNames = async () => {
  const rows = await knex('pg_tables').where({ schemaname: 'public' }).select('tablename')
  return rows.map((row) => row.tablename).filter((name) => !name.startsWith('knex_'))
}

t.test('two hosts that start together apply every migration once', async (t) => {
  const other = createKnex(pluginUrl)
  t.teardown(() => other.destroy())
  const [first, second] = await Promise.all([migrateUp(knex), migrateUp(other)])
  t.ok(first.length === 0 || second.length === 0, 'one of them found the work done')
  t.ok(first.length + second.length > 0)
  t.same(await migrateUp(knex), [], 'nothing is left')
})

t.test('every migration can be taken back, and applied again', async (t) => {
  const before = (await tableNames()).sort()
  while ((await migrateDown(knex)).length > 0) t.pass('one step back')
  t.same(await tableNames(), [])
  await migrateUp(knex)
  t.same((await tableNames()).sort(), before)
})

t.test(
  'a migration that fails leaves nothing, names its file and may be tried again',
  async (t) => {
    const folder = t.testdir()
    const url = pathToFileURL(`${folder}/`)
    const down = `export const down = (knex) => knex.schema.dropTable('half_made')`
    const up = (then: string) =>
      `export const up = async (knex) => { await knex.schema.createTable('half_made', (t) => t.text('a')); ${then} }\n${down}\n`
    await writeFile(`${folder}/0901-wrong.ts`, up(`await knex.raw('SELECT wrong')`))
    const host = createKnex(hostUrl)
    t.teardown(() => host.destroy())
    await t.rejects(migrateUp(host, url), {
      code: 'CORE_MIGRATION_FAILED',
      parameters: { migration: '0901-wrong.ts' },
    })
    t.notOk(await host.schema.hasTable('half_made'))
  },
)
