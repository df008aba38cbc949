import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import pg from 'pg'
import t, { type Test } from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { patiently } from '../../src/storage/answer-deadline.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { isDatabaseUnavailable } from '../../src/storage/database-unavailable.ts'
import { prepareDatabases, withDatabase } from '../../src/storage/databases.ts'
import { testServer } from '../support/test-server.ts'

const adminUrl = await testServer()
const admin = new pg.Pool({ connectionString: adminUrl, max: 1 })
t.teardown(() => admin.end())

const freshName = () => `test_${randomBytes(6).toString('hex')}`

/** Passes bytes on until told to swallow them, as a stopped server or a broken network does. */
async function swallowingProxy(t: Test): Promise<{ url: string; swallow(isOn: boolean): void }> {
  const server = new URL(adminUrl)
  const sockets = new Set<Socket>()
  let isSwallowing = false
  const proxy = createServer((near) => {
    const far = connect(Number(server.port), server.hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes) => isSwallowing || to.write(bytes))
      from.on('error', () => undefined)
      from.on('close', () => to.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  const url = new URL(adminUrl)
  url.port = String((proxy.address() as AddressInfo).port)
  return {
    url: url.href,
    swallow: (isOn) => {
      isSwallowing = isOn
    },
  }
}

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

t.test('the same database is known by whatever name it comes', async (t) => {
  const name = freshName()
  const databaseUrl = withDatabase(adminUrl, name)
  t.teardown(() => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
  const alias = new URL(databaseUrl)
  alias.hostname = 'localhost'
  await t.rejects(prepareDatabases({ databaseUrl, pluginDatabaseUrl: alias.href }), {
    code: 'CORE_DATABASE_URL_INVALID',
  })
  const proxy = await swallowingProxy(t)
  const pooled = withDatabase(proxy.url, name)
  await t.rejects(prepareDatabases({ databaseUrl, pluginDatabaseUrl: pooled }), {
    code: 'CORE_DATABASE_URL_INVALID',
  })
})

t.test('where the server does not tell who it is, one name is one database', async (t) => {
  const [name, role] = [freshName(), freshName()]
  await admin.query(`CREATE ROLE ${role} LOGIN CREATEDB CREATEROLE PASSWORD 'weak'`)
  await admin.query(`CREATE DATABASE ${name} OWNER ${role}`)
  const databaseUrl = withDatabase(adminUrl, name)
  const owner = new pg.Client({ connectionString: databaseUrl })
  await owner.connect()
  await owner.query('REVOKE EXECUTE ON FUNCTION pg_control_system FROM PUBLIC')
  await owner.end()
  t.teardown(async () => {
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
    await admin.query(`DROP ROLE ${role}`)
  })
  const url = new URL(databaseUrl)
  url.username = role
  url.password = 'weak'
  const alias = new URL(url)
  alias.hostname = 'localhost'
  const both = { databaseUrl: url.href, pluginDatabaseUrl: alias.href }
  await t.rejects(prepareDatabases(both), { code: 'CORE_DATABASE_URL_INVALID' })
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

t.test(
  'a server that stops answering counts as away, and is used again when it answers',
  async (t) => {
    const proxy = await swallowingProxy(t)
    const knex = createKnex(proxy.url, { pool: 2, answerTimeoutMs: 500 })
    t.teardown(() => knex.destroy())
    // A connection that is open; a busy machine may need more than one answer's time for it.
    await until(() => knex.raw('SELECT 1').then(Boolean, () => false))
    proxy.swallow(true)
    const started = performance.now()
    const [known, fresh] = await Promise.all(
      [1, 2].map(() => knex.raw('SELECT 1').catch((error) => error)),
    )
    t.ok(isDatabaseUnavailable(known), 'on a connection that was open')
    t.ok(isDatabaseUnavailable(fresh), 'and on one that would have to be made')
    t.ok(performance.now() - started < 30_000)
    proxy.swallow(false)
    const deadline = performance.now() + 60_000
    let isBack = false
    while (!isBack && performance.now() < deadline) {
      isBack = await knex.raw('SELECT 1').then(
        () => true,
        () => false,
      )
    }
    t.ok(isBack)
  },
)

t.test(
  'silence between statements, and a statement that may take long, are no outage',
  async (t) => {
    const knex = createKnex(adminUrl, { pool: 1, answerTimeoutMs: 200 })
    t.teardown(() => knex.destroy())
    await t.rejects(knex.raw('SELECT pg_sleep(5)'), /no answer within 0.2 seconds/)
    await knex.transaction(async (trx) => {
      const connection = await trx.client.acquireConnection()
      await patiently(connection, () => trx.raw('SELECT pg_sleep(0.5)'))
      await admin.query('SELECT pg_sleep(0.5)')
      t.same((await trx.raw('SELECT 1 AS one')).rows, [{ one: 1 }])
    })
  },
)

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
    [new Error('select 1 - Connection terminated unexpectedly'), true],
    [coded('23505', 'insert … - connection terminated'), false],
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
