import pg from 'pg'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, setUpTenant } from '../support/probe.ts'
import { releaseStore, store } from '../support/store-release.ts'

const { hostUrl, pluginUrl } = await testDatabases(t)
const settings = {
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl, SIGNALBOX_PUBLISH_TRIALS: 'report' },
}
let host = await HostProcess.start(t, settings)
const pool = new pg.Pool({ connectionString: pluginUrl, max: 1 })
t.teardown(() => pool.end())

const release = await releaseStore(t)
// At the install every host call is refused; in a rehearsal its tables are there.
const selfTest = `async (ctx) => {
  if (ctx.principal.id !== 'rehearsal') return
  const { rows } = await ctx.db.query('select from stock')
  if (rows.length > 0) throw new Error('it sees the rows of a tenant')
  await ctx.db.query("insert into stock (sku, pieces) values ('self', 10)")
}`
await release(host, '1.0.0', { selfTest })
const acme = await setUpTenant(host, 'acme', {
  plugin: store,
  service: 'store.one',
  capabilities: ['db:own'],
})
const items = Array.from({ length: 3 }, (_, n) => ({ sku: `s-${n}`, pieces: 1 }))
t.equal((await callProbe(host, acme.key, 'receive', { items }, 'store.one')).status, 200)

const colour = {
  '0002-colour.expand.sql': 'alter table stock add column colour text',
  '0002-colour.expand.down.sql': 'alter table stock drop column colour',
}

interface Shown {
  readonly verdict: string
  readonly sentence: { readonly en: string; readonly 'zh-CN': string }
  readonly differences: readonly { readonly sentence: { readonly en: string } }[]
  readonly override: { readonly reason: string; readonly by: string } | null
}

const shown = (id: string) => host.client.request<Shown>('GET', `/v1/rollouts/${id}/rehearsal`)
const order = (id: string, command: string) =>
  host.client.request<{ state: string }>('POST', `/v1/rollouts/${id}/${command}`, {})

async function plan(version: string): Promise<string> {
  const wish = { plugin: store, version }
  return (await host.client.request<{ id: string }>('POST', '/v1/rollouts', wish)).id
}

t.test('a version without new steps starts at once', async (t) => {
  await release(host, '1.0.1', { selfTest })
  const id = await plan('1.0.1')
  t.match(await order(id, 'start'), { state: 'running' })
  t.match(await shown(id), { verdict: 'unneeded', override: null })
  await order(id, 'abort')
})

t.test('a migration that can be taken back starts when that was shown', async (t) => {
  await release(host, '1.1.0', { migrations: colour, selfTest })
  const id = await plan('1.1.0')
  t.match(await order(id, 'start'), { state: 'running' })
  t.match(await shown(id), {
    verdict: 'reversible',
    rows: { stock: 3, takings: 0 },
    steps: ['0002-colour'],
    sentence: { en: /with 3 rows/, 'zh-CN': /3 行/ },
  })
  await order(id, 'abort')
  const { rows } = await pool.query(
    `SELECT FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relname = 'stock' AND attname = 'colour'`,
  )
  t.equal(rows.length, 1, 'to abort runs no down migration')
})

t.test('one that cannot waits for an admin’s written word, which the audit keeps', async (t) => {
  const careless = {
    ...colour,
    '0003-count.expand.sql': `create index stock_pieces on stock (tenant, pieces);
      update stock set pieces = pieces + 1`,
    '0003-count.expand.down.sql': 'drop index stock_pieces',
  }
  await release(host, '1.2.0', { migrations: careless, selfTest })
  const id = await plan('1.2.0')
  await t.rejects(order(id, 'start'), {
    message: /its migration was rehearsed and can be taken back, or an admin let it through/,
  })
  const found = await shown(id)
  t.match(found, { verdict: 'refused', override: null })
  t.match(
    found.differences.map(({ sentence }) => sentence.en),
    ['after down, the values of stock.pieces are not as they were'],
  )
  const override = `/v1/rollouts/${id}:override-rehearsal`
  await t.rejects(host.client.request('POST', override, { reason: 'ok' }), {
    message: /not what this route takes/,
  })
  await t.rejects(host.as(acme.adminToken).request('POST', override, { reason: 'a long reason' }))
  const reason = 'counted by hand on Friday, see the ticket'
  t.match(await host.client.request('POST', override, { reason }), { override: { reason } })
  t.match(await order(id, 'start'), { state: 'running' })
  await order(id, 'abort')
  const audit = await host.client.request<{ items: { action: string; detail: object }[] }>(
    'GET',
    '/v1/audit?limit=50',
  )
  t.match(
    audit.items.find(({ action }) => action === 'rollout.rehearsal-overridden'),
    { detail: { reason, plugin: store, to: '1.2.0' } },
  )
})

t.test('a stable version that cannot live with the expanded tables stops it', async (t) => {
  const narrow = {
    ...colour,
    '0004-few.expand.sql': 'alter table stock add constraint few check (pieces < 9)',
    '0004-few.expand.down.sql': 'alter table stock drop constraint few',
  }
  await release(host, '1.3.0', { migrations: narrow, selfTest })
  const id = await plan('1.3.0')
  await t.rejects(order(id, 'start'), {
    message: /cannot be told to start/,
  })
  t.match(await shown(id), {
    verdict: 'refused',
    differences: [{ at: 'self-test', sentence: { en: /self-test of the stable version.*few/ } }],
  })
})

t.test('what a killed host was about to rehearse is rehearsed by the next', async (t) => {
  await release(host, '1.4.0', { migrations: colour, selfTest })
  const id = await plan('1.4.0')
  await host.kill()
  host = await HostProcess.start(t, settings)
  await until(async () => (await shown(id)).verdict === 'reversible')
  // What the killed one began with is swept once PostgreSQL knows that it is gone.
  const begun = `SELECT FROM signalbox.plugins WHERE starts_with(plugin, '~rehearsal')`
  await until(async () => (await pool.query(begun)).rows.length === 0)
})
