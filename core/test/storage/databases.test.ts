import { randomBytes } from 'node:crypto'
import pg from 'pg'
import t from 'tap'
import { createKnex } from '../../src/storage/create-knex.ts'
import { isDatabaseUnavailable } from '../../src/storage/database-unavailable.ts'
import { prepareDatabases, withDatabase } from '../../src/storage/databases.ts'
import { testServer } from '../support/test-server.ts'

const adminUrl = await testServer()
const admin = new pg.Pool({ connectionString: adminUrl, max: 1 })
t.teardown(() => admin.end())

const freshName = () => `test_${randomBytes(6).toString('hex')}`

t.test('both databases are made, once, by however many hosts', async (t) => {
  const name = freshName()
  const databaseUrl = withDatabase(adminUrl, name)
  t.teardown(() => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
  t.teardown(() => admin.query(`DROP DATABASE IF EXISTS ${name}_plugins WITH (FORCE)`))
  const [first, second] = await Promise.all([1, 2].map(() => prepareDatabases({ databaseUrl })))
  t.same(first, { hostUrl: databaseUrl, pluginUrl: withDatabase(adminUrl, `${name}_plugins`) })
  t.same(first, second)
  const { rows } = await admin.query(
    `SELECT pg_encoding_to_char(encoding) AS encoding FROM pg_database WHERE datname LIKE $1 || '%'`,
    [name],
  )
  t.same(rows, [{ encoding: 'UTF8' }, { encoding: 'UTF8' }])
})

t.test('a role that may not do what is needed is told what to ask for', async (t) => {
  const role = freshName()
  const name = freshName()
  await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD 'weak'`)
  await admin.query(`GRANT CONNECT ON DATABASE postgres TO ${role}`)
  t.teardown(async () => {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    await admin.query(`DROP DATABASE IF EXISTS ${name}_plugins WITH (FORCE)`)
    await admin.query(`DROP OWNED BY ${role}`)
    await admin.query(`DROP ROLE ${role}`)
  })
  const url = new URL(withDatabase(adminUrl, name))
  url.username = role
  url.password = 'weak'
  const weak = { code: 'CORE_DATABASE_ROLE_WEAK' }
  await t.rejects(prepareDatabases({ databaseUrl: url.href }), {
    ...weak,
    parameters: { missing: 'databases' },
  })
  await admin.query(`ALTER ROLE ${role} CREATEDB`)
  await t.rejects(prepareDatabases({ databaseUrl: url.href }), {
    ...weak,
    parameters: { missing: 'roles' },
  })
  await admin.query(`ALTER ROLE ${role} CREATEROLE`)
  await t.resolves(prepareDatabases({ databaseUrl: url.href }))
})

t.test('a URL without a database, or the same one twice, is refused', async (t) => {
  const wrong = { code: 'CORE_DATABASE_URL_INVALID' }
  await t.rejects(prepareDatabases({ databaseUrl: 'postgres://a@b' }), wrong)
  await t.rejects(prepareDatabases({ databaseUrl: 'not a url' }), wrong)
  const both = { databaseUrl: adminUrl, pluginDatabaseUrl: adminUrl }
  await t.rejects(prepareDatabases(both), wrong)
})

t.test('a server that is away is told from one that refuses', async (t) => {
  // Port 1 is reserved and nobody listens there.
  const away = 'postgres://nobody@127.0.0.1:1/nothing'
  await t.rejects(prepareDatabases({ databaseUrl: away }), { code: 'CORE_DATABASE_UNAVAILABLE' })
  const outcome = async (url: string, sql: string) => {
    const knex = createKnex(url, { pool: 1 })
    try {
      await knex.raw(sql)
      return 'answered'
    } catch (error) {
      return isDatabaseUnavailable(error) ? 'away' : 'refused'
    } finally {
      await knex.destroy()
    }
  }
  t.equal(await outcome(away, 'SELECT 1'), 'away')
  t.equal(await outcome(adminUrl, 'SELECT 1'), 'answered')
  t.equal(await outcome(adminUrl, 'SELECT wrong'), 'refused')
  t.equal(await outcome(adminUrl, 'SELECT pg_terminate_backend(pg_backend_pid())'), 'away')
  const wrongPassword = new URL(adminUrl)
  wrongPassword.password = 'wrong'
  t.equal(await outcome(wrongPassword.href, 'SELECT 1'), 'refused')
})

t.test('a pool that has no connection left counts as away', async (t) => {
  const knex = createKnex(adminUrl, { pool: 1 })
  t.teardown(() => knex.destroy())
  const holder = await knex.transaction()
  const waiting = await knex.raw('SELECT 1').catch((error) => error)
  t.ok(isDatabaseUnavailable(waiting))
  await holder.rollback()
})

t.test('words and codes of an absent server are known, others are not', async (t) => {
  const coded = (code: string, message = 'x') => Object.assign(new Error(message), { code })
  const cases: readonly [unknown, boolean][] = [
    [coded('ECONNREFUSED'), true],
    [coded('57P01'), true],
    [coded('57P03'), true],
    [coded('53300'), true],
    [coded('57014'), false],
    [coded('23505'), false],
    [coded('28P01'), false],
    [new Error('Connection terminated unexpectedly'), true],
    [new Error('timeout exceeded when trying to connect'), true],
    [new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]), true],
    [new AggregateError([]), false],
    [new Error('wrapped', { cause: coded('ECONNRESET') }), true],
    [new Error('the plugin terminated'), false],
    ['ECONNREFUSED', false],
    [undefined, false],
  ]
  for (const [error, expected] of cases)
    t.equal(isDatabaseUnavailable(error), expected, String(error))
})
