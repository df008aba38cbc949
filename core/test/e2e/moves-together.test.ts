import t, { type Test } from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { deliveryOf, sendHook } from '../support/delivered-hook.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { keyFile } from '../support/sealing.ts'
import {
  callWhole,
  installWhole,
  orderEveryWay,
  releaseTwo,
  seenBy,
  setUpWhole,
  udfMaker,
  type WholeTenant,
  whole,
} from '../support/whole.ts'

const ways = ['service', 'event', 'job', 'webhook']
const day = 86_400_000
const half = [
  { weightBp: 5000, hold: { durationMs: day } },
  { weightBp: 10_000, hold: {} },
]

const { hostUrl, pluginUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  home,
  environment: { PLUGIN_DATABASE_URL: pluginUrl, SIGNALBOX_KEY_FILE: await keyFile(t) },
})
await installWhole(host)
await releaseTwo(host, home, '1.1.0')
await releaseTwo(host, home, '1.2.0')
const acme = await setUpWhole(host, 'acme')
const globex = await setUpWhole(host, 'globex')

interface Rollout {
  readonly id: string
  readonly state: string
  readonly salt: string
  readonly cohortKeyMissing: number
  readonly draining: { readonly version: string; readonly inFlight: number } | null
}

async function start(wish: object, version = '1.1.0'): Promise<Rollout> {
  const plan = { plugin: whole, version, steps: half, ...wish }
  const { id } = await host.client.request<Rollout>('POST', '/v1/rollouts', plan)
  return tell(id, 'start')
}

const tell = (id: string, command: string) =>
  host.client.request<Rollout>('POST', `/v1/rollouts/${id}/${command}`, {})

async function armOf(tenant: string, key: string): Promise<string> {
  const query = new URLSearchParams({ plugin: whole, tenant, key })
  const found = await host.client.request<{ arm: string }>('GET', `/v1/assignment?${query}`)
  return found.arm
}

const makers = { stable: 'made-by-one', canary: 'made-by-two' } as Record<string, string>

/** By each way in, which version did the order. */
async function makersOf(tenant: WholeTenant, name: string) {
  let rows: [string, string][] = []
  await until(async () => {
    const seen = await seenBy(host, tenant)
    rows = seen.filter((one) => one.name === name).map(({ way, maker }) => [way, maker])
    return ways.every((way) => rows.some(([one]) => one === way))
  })
  return Object.fromEntries(rows)
}

const everyWay = (maker: string | undefined) => Object.fromEntries(ways.map((way) => [way, maker]))

/** Also by its functions and its assets, which keep no row. */
async function checkTenant(t: Test, tenant: WholeTenant, name: string, maker: string | undefined) {
  await orderEveryWay(host, tenant, { order: name })
  t.same(await makersOf(tenant, name), everyWay(maker), name)
  t.equal(await udfMaker(tenant), maker, `${name} by a function`)
  const { body } = await callWhole(host, tenant, 'maker')
  t.same(body, { maker, asset: maker }, `${name} by the files of the same version`)
}

/** Drawn anew until the two tenants are on different versions. */
async function startApart(): Promise<Rollout> {
  for (;;) {
    const rollout = await start({ cohortBy: 'tenant' })
    if ((await armOf('acme', 'acme')) !== (await armOf('globex', 'globex'))) return rollout
    await tell(rollout.id, 'abort')
  }
}

t.test('whatever way in, a tenant meets one version; an abort takes all of it back', async (t) => {
  const { id } = await startApart()
  for (const tenant of [acme, globex]) {
    const arm = await armOf(tenant.tenant, tenant.tenant)
    await checkTenant(t, tenant, `drawn ${tenant.tenant}`, makers[arm])
  }
  await tell(id, 'abort')
  for (const tenant of [acme, globex]) await checkTenant(t, tenant, 'aborted', 'made-by-one')
})

t.test('an order meets one version by what the plan takes from each way in', async (t) => {
  const { id } = await start({ cohortBy: 'entity', keys: { entity: '/order' } })
  const orders = { stable: [] as string[], canary: [] as string[] } as Record<string, string[]>
  for (let n = 0; Object.values(orders).some((of) => of.length < 3); n++) {
    orders[await armOf('acme', `SO-${n}`)]?.push(`SO-${n}`)
  }
  for (const order of Object.values(orders).flat()) await orderEveryWay(host, acme, { order })
  for (const [arm, names] of Object.entries(orders)) {
    for (const order of names) t.same(await makersOf(acme, order), everyWay(makers[arm]), order)
  }
  await orderEveryWay(host, acme, {})
  t.same(await makersOf(acme, 'nobody'), everyWay('made-by-one'), 'without the key: stable')
  // Its service call, event, job and webhook, beside the reads of this test.
  await until(async () => {
    const path = `/v1/rollouts/${id}`
    return (await host.client.request<Rollout>('GET', path)).cohortKeyMissing >= 4
  })
  await tell(id, 'abort')
})

t.test('what the canary could not do is done by stable once it is taken back', async (t) => {
  const { id } = await start({ cohortBy: 'tenant', allow: ['tenant:acme'] })
  const order = { order: 'hard', failsOn: 'made-by-two' }
  await callWhole(host, acme, 'publish', { ...order, key: 'hard' })
  await callWhole(host, acme, 'publish', { order: 'hard, refused', refusedBy: 'made-by-two' })
  await callWhole(host, acme, 'schedule', order)
  const { body } = await sendHook(host, acme.address, JSON.stringify(order))
  const hook = `/v1/tenants/acme/plugins/${encodeURIComponent(whole)}/hooks/order`
  await deliveryOf(acme.admin, hook, body.id, ({ lastCode }) => lastCode !== null)
  const letters = '/v1/tenants/acme/dead-letters'
  await until(async () => {
    const { items } = await acme.admin.request<{ items: object[] }>('GET', letters)
    return items.length === 1
  })
  const worked = async () => {
    const rows = (await seenBy(host, acme)).filter(({ name }) => name.startsWith('hard'))
    return rows.map(({ way, name, maker }) => `${way} of ${name}: ${maker}`).sort()
  }
  await until(async () => (await worked()).includes('job tried of hard: made-by-two'))
  t.notOk(
    (await worked()).some((row) => !row.includes(' tried ')),
    'nothing of it is done',
  )
  await tell(id, 'abort')
  const done = ['event of hard', 'event of hard, refused', 'job of hard', 'webhook of hard']
  const byStable = done.map((row) => `${row}: made-by-one`).sort()
  // The longer the canary was tried, the longer rests what it could not do.
  await until(async () => {
    const rows = await worked()
    return byStable.every((row) => rows.includes(row))
  }, 180_000)
  t.same(
    (await worked()).filter((row) => !row.includes(' tried ')),
    byStable,
    'each once, by stable',
  )
  const { items } = await acme.admin.request<{ items: object[] }>('GET', letters)
  t.same(items, [], 'an event that died of the canary is no dead letter any more')
})

t.test('a call that was admitted before an abort ends where it began', async (t) => {
  const { id } = await start({ cohortBy: 'tenant', allow: ['tenant:acme'] })
  const slow = callWhole(host, acme, 'order', { order: 'slow', slowMs: 12_000 })
  await until(async () => (await seenBy(host, acme)).some(({ way }) => way === 'service begun'))
  const { draining } = await tell(id, 'abort')
  t.same(draining, { version: '1.1.0', inFlight: 1 })
  const later = await callWhole(host, acme, 'order', { order: 'later' })
  t.match(later, { status: 200, body: { maker: 'made-by-one' } })
  t.match(await slow, { status: 200, body: { maker: 'made-by-two' } })
  await until(async () => {
    const { draining } = await host.client.request<Rollout>('GET', `/v1/rollouts/${id}`)
    return draining === null
  })
})

t.test('a newer version takes the place of an older canary in one move', async (t) => {
  const older = await start({ cohortBy: 'tenant', allow: ['tenant:acme'] })
  const plan = { plugin: whole, version: '1.2.0', steps: half }
  const { id } = await host.client.request<Rollout>('POST', '/v1/rollouts', plan)
  const refused = await tell(id, 'start').catch((error: Error) => error.message)
  t.match(refused, /refused|not/i, 'unless it is asked for, the older one stands in the way')
  const body = { supersedes: true }
  await host.client.request('POST', `/v1/rollouts/${id}/start`, body)
  const ended = await host.client.request<Rollout & { transitions: { generation: number }[] }>(
    'GET',
    `/v1/rollouts/${older.id}`,
  )
  t.match(ended, { state: 'superseded', weightBp: 0 })
  const newer = await host.client.request<typeof ended>('GET', `/v1/rollouts/${id}`)
  t.equal(newer.state, 'running')
  t.equal(newer.transitions.at(-1)?.generation, ended.transitions.at(-1)?.generation, 'at once')
  await tell(id, 'abort')
  const again = await host.client.request<Rollout>('POST', `/v1/rollouts/${id}/retry`, {
    force: true,
  })
  t.match(again, { state: 'ready', salt: newer.salt })
})

t.test('a promotion takes all of a version over', async (t) => {
  const { id } = await startApart()
  await tell(id, 'promote')
  for (const tenant of [acme, globex]) await checkTenant(t, tenant, 'promoted', 'made-by-two')
})
