import t from 'tap'
import { HostProcess, refusal } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { releaseStore } from '../support/store-release.ts'

const { hostUrl, pluginUrl } = await testDatabases(t)
const environment = { PLUGIN_DATABASE_URL: pluginUrl }
const host = await HostProcess.start(t, { databaseUrl: hostUrl, environment })
const release = await releaseStore(t)

const rules = async (asked: Promise<unknown>) => {
  const problem = await refusal(asked)
  t.equal(problem.code, 'MKT_CHECKS_FAILED')
  return (problem.errors ?? [])
    .filter(({ severity }) => severity === 'error')
    .map(({ rule, at }) => [rule, at])
}

t.test('a migration that cannot be taken back is not published', async (t) => {
  const migrations = {
    '0002-colour.expand.sql': 'alter table stock add column colour text',
    '0002-colour.expand.down.sql': 'delete from stock',
  }
  const [found] = await rules(release(host, '0.1.0', { migrations }))
  t.match(found, ['migrations/not-reversible', 'migrations/0002-colour.expand.down.sql'])
})

t.test(
  'statements that no plugin may run are told by their line, and none of them runs',
  async (t) => {
    const migrations = {
      '0002-colour.expand.sql': `alter table stock add column colour text;\ncreate role intruder`,
      '0002-colour.expand.down.sql': 'alter table stock drop column colour',
    }
    const [found] = await rules(release(host, '0.2.0', { migrations }))
    t.match(found, ['migrations/refused', 'migrations/0002-colour.expand.sql:2'])
  },
)

t.test('a migration that fails is not published', async (t) => {
  const migrations = {
    '0002-colour.expand.sql': 'alter table nowhere add column colour text',
    '0002-colour.expand.down.sql': 'alter table nowhere drop column colour',
  }
  const [found] = await rules(release(host, '0.3.0', { migrations }))
  t.match(found, ['migrations/failed', 'migrations/0002-colour.expand.sql:1'])
})

t.test('a version whose self-test fails is not published', async (t) => {
  const selfTest = "() => { throw new Error('not today') }"
  const [found] = await rules(release(host, '0.4.0', { selfTest }))
  t.match(found, ['self-test/failed', 'dist/plugin.js'])
})

t.test(
  'one that passes is published and installed, and nothing of the trials stays behind',
  async (t) => {
    await release(host, '1.0.0')
    const { default: pg } = await import('pg')
    const client = new pg.Client({ connectionString: pluginUrl })
    await client.connect()
    t.teardown(() => client.end())
    const { rows } = await client.query('select plugin from signalbox.plugins')
    t.equal(rows.length, 1)
  },
)
