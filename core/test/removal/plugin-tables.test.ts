import t from 'tap'
import { pluginTables } from '../../src/removal/plugin-tables.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())

t.test('every table with a column that names a plugin says when its rows go', async (t) => {
  const { rows } = await knex.raw<{ rows: { name: string }[] }>(
    `select distinct table_name as name from information_schema.columns
      where table_schema = current_schema() and column_name = 'plugin'`,
  )
  const listed = pluginTables.map(({ table }) => table)
  t.strictSame(
    rows.map(({ name }) => name).filter((name) => !listed.includes(name)),
    [],
    'add it to plugin-tables.ts',
  )
  t.equal(new Set(listed).size, listed.length, 'each once')
})

t.test('every table that refers to plugins or their versions goes before them', async (t) => {
  const { rows } = await knex.raw<{ rows: { name: string; refers: string }[] }>(
    `select conrelid::regclass::text as name, confrelid::regclass::text as refers
       from pg_constraint where contype = 'f' and confdeltype = 'a'`,
  )
  const listed = pluginTables.map(({ table }) => table)
  for (const { name, refers } of rows) {
    if (refers === 'plugins') t.ok(listed.includes(name), `${name} refers to plugins`)
    if (!listed.includes(refers) || name === refers) continue
    t.ok(listed.includes(name), `${name} refers to ${refers}`)
    t.ok(listed.indexOf(name) < listed.indexOf(refers), `${name} goes before ${refers}`)
  }
})

t.test('what stays says why', async (t) => {
  for (const { table, when, why } of pluginTables)
    t.equal(when === 'stays', why !== undefined, table)
})
