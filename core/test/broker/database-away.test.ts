import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import t from 'tap'
import { PluginDatabases } from '../../src/broker/db/plugin-databases.ts'
import { prepareDatabases, withDatabase } from '../../src/storage/databases.ts'
import { EmbeddedPostgres } from '../../src/storage/embedded-postgres.ts'

t.test(
  'PostgreSQL killed under load: clear refusals, recovery by itself, nothing acknowledged lost',
  async (t) => {
    const root = await mkdtemp(join(tmpdir(), 'signalbox-away-'))
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
    const ask = (sql: string, parameters: unknown[] = []) =>
      databases.query({ plugin: 'p', tenant: 'north', sql, parameters, deadlineMs: 30_000 })

    const acknowledged = new Set<number>()
    const codes = new Set<string>()
    let next = 0
    let isOver = false
    const writer = async () => {
      while (!isOver) {
        const id = next++
        await ask('INSERT INTO notes (id) VALUES ($1)', [id]).then(
          () => acknowledged.add(id),
          (error) => codes.add(error.code),
        )
        await new Promise(setImmediate)
      }
    }
    const writers = [1, 2, 3, 4].map(writer)
    const acknowledgedMore = async () => {
      const before = acknowledged.size
      const deadline = performance.now() + 90_000
      while (acknowledged.size < before + 50 && performance.now() < deadline) {
        await new Promise(setImmediate)
      }
      return acknowledged.size >= before + 50
    }
    t.ok(await acknowledgedMore())
    for (let round = 0; round < 2; round++) {
      const { pid } = server
      process.kill(pid, 'SIGKILL')
      while (server.pid === pid) await new Promise(setImmediate)
      t.ok(await acknowledgedMore(), 'calls are served again without a restart of the host')
    }
    isOver = true
    await Promise.all(writers)
    t.same([...codes], ['CORE_DATABASE_UNAVAILABLE'])
    const admin = new pg.Client({ connectionString: pluginUrl })
    await admin.connect()
    const { rows } = await admin.query(
      `SELECT schema_name AS name FROM signalbox.plugins WHERE plugin = 'p'`,
    )
    const kept = await admin.query(`SELECT id FROM ${rows[0].name}.notes`)
    await admin.end()
    const ids = new Set(kept.rows.map((row) => row.id))
    t.same(
      [...acknowledged].filter((id) => !ids.has(id)),
      [],
    )
  },
)
