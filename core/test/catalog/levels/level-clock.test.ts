import { Registry } from 'prom-client'
import t from 'tap'
import { BreachService } from '../../../src/catalog/levels/breach-service.ts'
import { LevelClock } from '../../../src/catalog/levels/level-clock.ts'
import { LevelLedger } from '../../../src/catalog/levels/level-ledger.ts'
import { LevelMetrics } from '../../../src/catalog/levels/level-metrics.ts'
import { measuredLevels } from '../../../src/catalog/levels/measured-levels.ts'
import { heldTo } from '../../../src/catalog/levels/promised-levels.ts'
import {
  emptySnapshot,
  type InstalledVersion,
  type Snapshot,
} from '../../../src/rollout/routing/snapshot.ts'
import { createKnex } from '../../../src/storage/create-knex.ts'
import { testDatabases } from '../../support/postgres.ts'
import { flakyKnex, usageNode } from '../../support/usage.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())

const service = 'orders.status'
const plugin = '@acme/orders'
const noon = Date.parse('2026-06-15T12:00:00Z')
const HOUR_MS = 3_600_000

function versionOf(version: string, serviceLevels: object): InstalledVersion {
  const contract = { id: service, major: 1, title: { en: 'x' }, operations: {}, serviceLevels }
  return { plugin, version, contracts: { [service]: contract } } as unknown as InstalledVersion
}

const promised: Snapshot = {
  ...emptySnapshot,
  providers: new Map([[`${service}@1`, plugin]]),
  stable: new Map([[plugin, '1.0.0']]),
  versions: new Map([
    [`${plugin}@1.0.0`, versionOf('1.0.0', { availability: 99, p95Ms: 150 })],
    [`${plugin}@1.1.0`, versionOf('1.1.0', { p95Ms: 10 })],
  ]),
}
const withdrawn: Snapshot = { ...promised, providers: new Map() }

t.beforeEach(async () => {
  for (const table of ['service_levels', 'service_level_breaches', 'host_news', 'outbox_events']) {
    await knex(table).delete()
  }
})

interface Wave {
  readonly at?: number
  readonly calls?: number
  readonly failed?: number
  readonly tenant?: string
  readonly version?: string
  readonly ms?: number
}

function counted({
  at = noon,
  calls = 0,
  failed = 0,
  tenant = 'acme',
  version = '1.0.0',
  ms = 100,
}: Wave) {
  const ledger = new LevelLedger((...of) => heldTo(promised, ...of))
  const caller = {}
  for (let n = 0; n < calls; n++) {
    // Of an app by its subscription, of a user by names: both are one series.
    const call = { tenant, service, major: 1, version, isFailed: n < failed, ms, at }
    ledger.add(call, n % 2 === 0 ? caller : undefined)
  }
  return ledger
}

const write = (wave: Wave) => knex.transaction(counted(wave).take())

function clockOf(now: () => number, snapshot = () => promised) {
  const registry = new Registry()
  const breaches = new BreachService(knex)
  const log = { warn: () => undefined }
  const metrics = new LevelMetrics(registry)
  return { registry, clock: new LevelClock({ knex, snapshot, now, breaches, metrics, log }) }
}

async function told() {
  const rows = await knex('outbox_events').orderBy('sequence').select('type', 'tenant', 'data')
  return rows.map(({ type, tenant, data }) => [
    type.replace('signalbox.sla.', ''),
    tenant,
    data.level,
    data.window,
    data.measured,
  ])
}

t.test(
  'what is broken is told once a window by whichever node finds it, and its end too',
  async (t) => {
    let at = noon
    const nodes = [clockOf(() => at), clockOf(() => at)]
    const look = async () => {
      await Promise.all(nodes.map(({ clock }) => clock.look()))
    }
    await write({ calls: 100, failed: 20 })
    await write({ calls: 100, tenant: 'globex' })
    await look()
    await look()
    const breached = ['1h', '24h', '30d'].map((window) => [
      'breached',
      'acme',
      'availability',
      window,
      80,
    ])
    t.same((await told()).toSorted(), breached.toSorted())
    at += 2 * HOUR_MS
    await look()
    t.same((await told()).slice(3), [['lapsed', 'acme', 'availability', '1h', null]])
    at += 30 * HOUR_MS
    await write({ at, calls: 5000, failed: 0 })
    await look()
    t.same((await told()).slice(4).toSorted(), [
      ['recovered', 'acme', 'availability', '24h', 100],
      ['recovered', 'acme', 'availability', '30d', 99.6],
    ])
    t.equal((await knex('service_level_breaches')).length, 0)
    const audit = await knex('audit_entries').where('action', 'like', 'sla.%').select('tenant')
    t.equal(audit.length, 6)
  },
)

t.test('three failures of three calls break nothing, and a withdrawn promise lapses', async (t) => {
  await write({ calls: 3, failed: 3 })
  await clockOf(() => noon).clock.look()
  t.same(await told(), [])
  await write({ calls: 100, ms: 200, tenant: 'globex' })
  await clockOf(() => noon).clock.look()
  t.match(await told(), [['breached', 'globex', 'latency'], ['breached'], ['breached']])
  await clockOf(
    () => noon,
    () => withdrawn,
  ).clock.look()
  t.match((await told()).slice(3), [['lapsed'], ['lapsed'], ['lapsed']])
})

t.test('a version is held to the time it promises itself', async (t) => {
  await write({ calls: 40, ms: 100 })
  await write({ calls: 10, ms: 100, version: '1.1.0' })
  const shown = (await measuredLevels(knex, { service, tenant: 'acme', now: noon })).of(1, {
    p95Ms: 150,
  })
  t.match(shown.windows.at(-1), { window: '30d', calls: 50, inTime: 80, p95Ms: 98.5 })
  t.match(shown.versions, [
    { version: '1.0.0', calls: 40, inTime: 100 },
    { version: '1.1.0', calls: 10, inTime: 0 },
  ])
  const other = await measuredLevels(knex, { service, tenant: 'globex', now: noon })
  t.match(other.of(1, {}).windows.at(-1), { calls: 0, availability: null, p95Ms: null })
  const all = await measuredLevels(knex, { service, tenant: null, now: noon })
  t.match(all.of(1, {}).windows.at(-1), { calls: 50 })
})

t.test('old slots are added up to hours and days, and every sum stays as it was', async (t) => {
  for (const hours of [0, 1, 5, 6, 30, 60, 70, 71, 400]) {
    for (const minutes of [0, 7, 12]) {
      await write({ at: noon - hours * HOUR_MS + minutes * 60_000, calls: 3, failed: 1 })
    }
  }
  await write({ at: noon - 33 * 24 * HOUR_MS, calls: 1 })
  const sums = async () => {
    const { of } = await measuredLevels(knex, { service, tenant: 'acme', now: noon })
    return of(1, {}).windows.map(({ calls, failed, p95Ms }) => ({ calls, failed, p95Ms }))
  }
  const before = await sums()
  t.match(before.at(-1), { calls: 81, failed: 27 })
  await clockOf(() => noon).clock.tidy()
  await clockOf(() => noon).clock.tidy()
  t.same((await sums()).at(-1), before.at(-1))
  t.same((await sums())[0], before[0])
  const slots = await knex('service_levels').orderBy('slot').select('slot', 'calls')
  t.same(
    slots.map(({ slot, calls }) => `${slot.toISOString().slice(0, 16)} ${calls}`),
    [
      // Of long ago, as if the host had been away: as it is.
      ...['2026-05-29T20:00 3', '2026-05-29T20:05 3', '2026-05-29T20:10 3'],
      ...['2026-06-12T00:00 18', '2026-06-13T00:00 9'],
      ...['2026-06-14T06:00 9', '2026-06-15T06:00 9', '2026-06-15T07:00 9'],
      ...['2026-06-15T11:00 3', '2026-06-15T11:05 3', '2026-06-15T11:10 3'],
      ...['2026-06-15T12:00 3', '2026-06-15T12:05 3', '2026-06-15T12:10 3'],
    ],
  )
})

t.test('what is sent again is counted once, as usage is', async (t) => {
  let fate: 'well' | 'after' | 'before' = 'well'
  const beside = counted({ calls: 7, failed: 2 })
  const node = await usageNode(
    flakyKnex(knex, () => fate),
    { snapshot: promised, beside },
  )
  fate = 'after'
  await node.flush()
  fate = 'before'
  await node.flush()
  fate = 'well'
  await node.flush()
  t.match(await knex('service_levels').select('calls', 'failed'), [{ calls: '7', failed: '2' }])
})

t.test(
  'metrics tell what is promised, what was measured and whose promise is broken',
  async (t) => {
    await write({ calls: 100, failed: 10 })
    await write({ calls: 100, tenant: 'globex' })
    const { clock, registry } = clockOf(() => noon)
    await clock.look()
    const text = await registry.metrics()
    const labels = `service="${service}",major="1",level="availability"`
    t.match(text, `signalbox_service_level_promised_ratio{${labels}} 0.99`)
    t.match(text, `signalbox_service_level_measured_ratio{${labels},window="30d"} 0.95`)
    t.match(text, `signalbox_service_level_breaches{${labels},window="30d"} 1`)
    t.match(text, `level="latency",window="30d"} 0`)
    t.notMatch(text, 'acme"')
  },
)
