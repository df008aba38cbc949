import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, link, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { EmbeddedPostgres } from '../../src/storage/embedded-postgres.ts'
import { postgresAccount } from '../../src/storage/postgres-account.ts'
import { postgresPlace } from '../../src/storage/postgres-place.ts'
import {
  isAlive,
  orphanedBackends,
  readPostmaster,
  servesData,
  signalTo,
} from '../../src/storage/postmaster.ts'
import { endlessSql } from '../support/endless-sql.ts'

// Not t.testdir(): it lies in the project, which root may keep where PostgreSQL's account cannot go.
const root = await mkdtemp(join(tmpdir(), 'signalbox-embedded-'))
await chmod(root, 0o755)
t.teardown(() => rm(root, { recursive: true, force: true }))
// A project below /root: PostgreSQL's account cannot even walk there.
const closed = join(root, 'closed')
await mkdir(join(closed, 'home'), { recursive: true, mode: 0o700 })
const options = {
  dataFolder: join(closed, 'home'),
  password: 'a password of the test',
  log: { info: () => undefined, warn: () => undefined },
  systemState: join(root, 'state'),
}

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  // The server is killed under it.
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' })
    return rows[0]?.[0]
  } finally {
    await client.end()
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 90_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('it never came to hold')
    await delay(10)
  }
}

const isServing = (url: string) =>
  ask(url, 'SELECT 1').then(
    () => true,
    () => false,
  )

t.test(
  'a server starts from nothing, is loopback only, and keeps its port and its data',
  async (t) => {
    const server = await EmbeddedPostgres.start(options)
    const { url } = server
    await ask(url, 'CREATE TABLE kept (a int)')
    t.equal(await ask(url, 'SHOW wal_level'), 'logical')
    t.equal(await ask(url, 'SHOW listen_addresses'), '127.0.0.1')
    t.equal(await ask(url, 'SHOW server_encoding'), 'UTF8')
    t.equal(await ask(url, `SELECT datcollate FROM pg_database WHERE datname = 'postgres'`), 'C')
    t.match(await ask(url, 'SELECT rolpassword FROM pg_authid WHERE rolsuper'), /^SCRAM-SHA-256\$/)
    const wrong = new URL(url)
    wrong.password = 'wrong'
    await t.rejects(ask(wrong.href, 'SELECT 1'), { code: '28P01' })
    const { pid } = server
    await server.stop()
    t.notOk(isAlive(pid))
    const again = await EmbeddedPostgres.start(options)
    t.teardown(() => again.stop())
    t.equal(again.url, url)
    t.equal(await ask(again.url, 'SELECT count(*) FROM kept'), '0')
  },
)

t.test('a killed server is started again, even while a backend of it still computes', async (t) => {
  const server = await EmbeddedPostgres.start(options)
  t.teardown(() => server.stop())
  const endless = ask(server.url, endlessSql)
  endless.catch(() => undefined)
  await until(
    async () =>
      (await ask(
        server.url,
        `SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%generate_series%'
      AND pid <> pg_backend_pid() AND state = 'active'`,
      )) === '1',
  )
  const { pid } = server
  process.kill(pid, 'SIGKILL')
  await until(() => server.pid !== pid && isServing(server.url))
  await t.rejects(endless, 'the statement of the old server ended with it')
})

t.test(
  'a server that cannot be started for now is started later, and the host lives',
  async (t) => {
    const warnings: string[] = []
    const log = { ...options.log, warn: (_: object, message: string) => warnings.push(message) }
    const server = await EmbeddedPostgres.start({ ...options, log })
    t.teardown(() => server.stop())
    const place = await postgresPlace(
      options.dataFolder,
      await postgresAccount(),
      options.systemState,
    )
    const serverLog = join(place.folder, 'server.log')
    // A folder where the log should be: opening it fails, as it would without a file descriptor left.
    await rm(serverLog)
    await mkdir(serverLog)
    process.kill(server.pid, 'SIGKILL')
    const failures = () =>
      warnings.filter((message) => message.includes('could not be started')).length
    await until(() => failures() >= 2)
    await rm(serverLog, { recursive: true })
    await until(() => isServing(server.url))
  },
)

t.test('a signal to a process that is gone is no failure', async (t) => {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  const { pid } = child
  if (pid === undefined) throw new Error('it never ran')
  t.doesNotThrow(() => signalTo(pid, 'SIGINT'))
})

t.test('a server that outlived its host is adopted', async (t) => {
  const first = await EmbeddedPostgres.start(options)
  // The first host is gone without a word: nobody calls its stop.
  const second = await EmbeddedPostgres.start(options)
  t.equal(second.pid, first.pid)
  t.equal(second.url, first.url)
  await Promise.all([first.stop(), second.stop()])
  t.notOk(isAlive(first.pid))
})

t.test('a password that is not the cluster’s is told, not tried forever', async (t) => {
  await t.rejects(EmbeddedPostgres.start({ ...options, password: 'another' }), {
    code: 'CORE_POSTGRES_START_FAILED',
    message: /not the one of this cluster/,
  })
  // That server stands; whoever has the password adopts and stops it.
  const server = await EmbeddedPostgres.start(options)
  await server.stop()
})

t.test('as root another account runs it, from a place that account can reach', async (t) => {
  const account = await postgresAccount()
  if (account === undefined) {
    t.comment('not root: the server runs as this user, inside the data folder')
    return
  }
  const named = (await readFile(join(options.dataFolder, 'postgres-place'), 'utf8')).trim()
  t.ok(named.startsWith(options.systemState), 'outside of a data folder that is closed to it')
  t.equal((await stat(join(named, 'data'))).uid, account.uid)
  const open = join(root, 'open')
  await mkdir(open)
  const { folder } = await postgresPlace(open, account, options.systemState)
  t.equal(folder, join(open, 'postgres'), 'inside of one that is not')
  t.equal((await stat(folder)).uid, account.uid)
  t.equal((await stat(open)).mode & 0o777, 0o711)
})

t.test('a port that someone took meanwhile is given up', async (t) => {
  const first = await EmbeddedPostgres.start(options)
  const port = Number(new URL(first.url).port)
  await first.stop()
  const squatter = createServer().listen(port, '127.0.0.1')
  await once(squatter, 'listening')
  t.teardown(() => squatter.close())
  const second = await EmbeddedPostgres.start(options)
  t.teardown(() => second.stop())
  t.not(new URL(second.url).port, String(port))
  t.ok(await isServing(second.url))
})

t.test('a server in another container or on another machine is not pushed aside', async (t) => {
  if (process.platform !== 'linux') return t.comment('there are no PID namespaces here')
  const { folder } = await postgresPlace(
    options.dataFolder,
    await postgresAccount(),
    options.systemState,
  )
  const data = join(folder, 'data')
  const pidFile = join(data, 'postmaster.pid')
  const homeFile = join(folder, 'postmaster-home.json')
  const server = await EmbeddedPostgres.start(options)
  const here = JSON.parse(await readFile(homeFile, 'utf8'))
  const pretend = (changes: object) => writeFile(homeFile, JSON.stringify({ ...here, ...changes }))
  const refusal = { code: 'CORE_POSTGRES_START_FAILED', message: /remove .*postmaster.pid/ }
  const container = { pidNamespace: 'pid:[1]' }
  await pretend(container)
  await t.rejects(EmbeddedPostgres.start(options), refusal, 'its socket answers')
  await pretend({ boot: 'another', name: 'another' })
  await t.rejects(EmbeddedPostgres.start(options), refusal, 'nobody can tell')
  t.ok(await isServing(server.url))
  t.match(await readFile(pidFile, 'utf8'), String(server.pid))
  await server.stop()

  // A container that was killed: the files stay, and the number may be someone else's in the next one.
  const killed = await EmbeddedPostgres.start(options)
  const remains = await readFile(pidFile, 'utf8')
  const socket = `.s.PGSQL.${new URL(killed.url).port}`
  await killed.stop()
  const left = createServer().listen(join(root, 's'))
  await once(left, 'listening')
  await link(join(root, 's'), join(data, socket))
  left.close()
  await writeFile(pidFile, remains.replace(/^\d+/, String(process.pid)))
  await writeFile(join(data, `${socket}.lock`), `${process.pid}\n${data}\n`)
  await pretend(container)
  const next = await EmbeddedPostgres.start(options)
  t.teardown(() => next.stop())
  t.ok(await isServing(next.url))
})

t.test('a pid file that names a stranger is no running server', async (t) => {
  const data = t.testdir({ 'postmaster.pid': `${process.pid}\n/data\n0\n5432\n` })
  t.same(await readPostmaster(data), { pid: process.pid, port: 5432, isReady: false })
  t.notOk(await servesData(process.pid, data))
  t.same(await orphanedBackends(data), [])
})
