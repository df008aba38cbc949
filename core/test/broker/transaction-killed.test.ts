import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { PluginDatabases } from '../../src/broker/db/plugin-databases.ts'
import { prepareDatabases, withDatabase } from '../../src/storage/databases.ts'
import { EmbeddedPostgres } from '../../src/storage/embedded-postgres.ts'

t.test('kill -9 of a backend in the middle of a transaction leaves nothing of it', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'signalbox-killed-'))
  await chmod(root, 0o755)
  const log = { info: () => undefined, warn: () => undefined }
  const server = await EmbeddedPostgres.start({
    dataFolder: root,
    password: 'a password of the test',
    log,
    systemState: join(root, 'state'),
  })
  const { pluginUrl } = await prepareDatabases({ databaseUrl: withDatabase(server.url, 'host') })
  const databases = await PluginDatabases.start({ url: pluginUrl, clusterSecret: 'secret', log })
  t.teardown(async () => {
    await databases.stop()
    await server.stop()
    await rm(root, { recursive: true, force: true })
  })
  const expandSql =
    'CREATE TABLE notes (tenant text NOT NULL, id int NOT NULL, PRIMARY KEY (tenant, id))'
  await databases.migrate('p', '1.0.0', [{ name: '0001-notes', expandSql, downSql: '' }])
  await databases.enableTenant('p', 'north')
  const north = { plugin: 'p', tenant: 'north', deadlineMs: 20_000 }
  const read = () =>
    databases.query({ ...north, sql: 'SELECT id FROM notes ORDER BY id', parameters: [] })
  const insert = (id: number) => ({ sql: 'INSERT INTO notes (id) VALUES ($1)', parameters: [id] })
  await databases.transaction({ ...north, statements: [insert(1)] })

  // Another session has a row that the third statement waits for, so that two have run by then.
  const holder = new pg.Client({ connectionString: pluginUrl })
  holder.on('error', () => undefined)
  await holder.connect()
  const { rows } = await holder.query('SELECT schema_name AS name FROM signalbox.plugins')
  await holder.query(`BEGIN; UPDATE ${rows[0].name}.notes SET id = id`)
  const cut = databases
    .transaction({
      ...north,
      statements: [insert(2), insert(3), { sql: 'UPDATE notes SET id = id + 10', parameters: [] }],
      hostStatements: [insert(4)],
    })
    .then(
      () => 'committed',
      (error) => error.code,
    )
  let pid = 0
  await until(async () => {
    const waiting = await holder.query(
      `SELECT pid FROM pg_stat_activity
        WHERE application_name = 'signalbox-plugin' AND wait_event_type = 'Lock'`,
    )
    pid = waiting.rows[0]?.pid ?? 0
    return pid !== 0
  })
  process.kill(pid, 'SIGKILL')
  t.equal(await cut, 'CORE_DATABASE_UNAVAILABLE')
  await until(() =>
    read().then(
      () => true,
      () => false,
    ),
  )
  t.same((await read()).rows, [{ id: 1 }])
  await databases.transaction({ ...north, statements: [insert(2)] })
  t.same((await read()).rows, [{ id: 1 }, { id: 2 }])
})
