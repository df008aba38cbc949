import pg from 'pg'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, setUpTenant } from '../support/probe.ts'
import { releaseStore, store } from '../support/store-release.ts'

/** An expand step of three statements that ends at its second: by a fault of its own, and by kill -9. */

const { hostUrl, pluginUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const settings = {
  home,
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl, SIGNALBOX_PUBLISH_TRIALS: 'report' },
}
let host = await HostProcess.start(t, settings)
const pool = new pg.Pool({ connectionString: pluginUrl, max: 2 })
t.teardown(() => pool.end())
const release = await releaseStore(t)
await release(host, '1.0.0')
const tenant = { plugin: store, service: 'store.one', capabilities: ['db:own'] }
const acme = await setUpTenant(host, 'acme', tenant)

const receive = (sku: string) =>
  callProbe(host, acme.key, 'receive', { items: [{ sku, pieces: 1 }] }, 'store.one')
const first = await receive('first')
const { rows: schemas } = await pool.query(
  'select schema_name from signalbox.plugins where plugin = $1',
  [store],
)
const schema: string = schemas[0].schema_name

/** Columns of the plugin's tables and indexes, by name. */
async function structure(): Promise<readonly string[]> {
  const { rows } = await pool.query(
    `select relname || coalesce('.' || attname, '') as name from pg_class
     left join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
     where relnamespace = $1::regnamespace order by 1`,
    [schema],
  )
  return rows.map(({ name }) => name)
}

interface Shown {
  readonly stableVersion: string
  readonly versions: readonly {
    readonly version: string
    readonly state: string
    readonly fault: { readonly code: string; readonly detail: string } | null
  }[]
}
const shown = async (version: string) => {
  const path = `/v1/plugins/${encodeURIComponent(store)}`
  const { versions } = await host.client.request<Shown>('GET', path)
  return versions.find((one) => one.version === version)
}

const before = await structure()
t.equal(first.status, 200)

t.test('a step that fails at its second statement leaves nothing of its first', async (t) => {
  const halfway = {
    '0002-colour.expand.sql': `alter table stock add column colour text;
      alter table stock add constraint few check (pieces > 5);
      create table shades (tenant text not null, shade text not null, primary key (tenant, shade))`,
    '0002-colour.expand.down.sql': 'alter table stock drop column colour',
  }
  const { code, title } = await refusal(release(host, '1.1.0', { migrations: halfway }))
  t.match(title, /0002-colour/)
  t.same(await structure(), before)
  const found = await shown('1.1.0')
  t.match(found, { state: 'migration_failed', fault: { code } })
  t.match(found?.fault?.detail, /0002-colour.*few/s)
  const plan = host.client.request('POST', '/v1/rollouts', { plugin: store, version: '1.1.0' })
  t.equal((await refusal(plan)).code, 'CORE_VERSION_NOT_READY')
  t.equal((await receive('second')).status, 200, 'stable is untouched')
})

t.test(
  'a host killed at the second statement leaves nothing, and the next one ends it',
  async (t) => {
    const whole = {
      '0002-colour.expand.sql': `create table shades (tenant text not null, shade text not null, primary key (tenant, shade));
      alter table takings add column shade text;
      create table tones (tenant text not null, tone text not null, primary key (tenant, tone))`,
      '0002-colour.expand.down.sql':
        'drop table tones; alter table takings drop column shade; drop table shades',
    }
    const holder = await pool.connect()
    await holder.query(`begin; lock table ${schema}.takings in access share mode`)
    const installing = release(host, '1.2.0', { migrations: whole }).catch((error) => error)
    await until(async () => {
      const { rows } = await pool.query(
        `select from pg_stat_activity where datname = current_database()
          and wait_event_type = 'Lock' and query ilike '%shade%'`,
      )
      return rows.length > 0
    })
    await host.kill('SIGKILL')
    t.ok((await installing) instanceof Error)
    await holder.query('rollback')
    holder.release()
    await until(async () => {
      const { rows } = await pool.query(
        `select from pg_stat_activity where query ilike '%shade%' and state <> 'idle'
          and pid <> pg_backend_pid() and datname = current_database()`,
      )
      return rows.length === 0
    })
    t.same(await structure(), before, 'nothing is half applied')
    host = await HostProcess.start(t, settings)
    t.equal((await receive('third')).status, 200, 'stable is untouched')
    await until(async () => (await shown('1.2.0'))?.state === 'warm')
    const added = (await structure()).filter((name) => !before.includes(name))
    for (const name of ['shades.shade', 'takings.shade', 'tones.tone']) t.ok(added.includes(name))
    t.equal((await receive('fourth')).status, 200)
  },
)
