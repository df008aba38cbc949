import type { Manifest } from '@signalbox/sdk/manifest'
import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { isKept } from '../../../src/events/kept-deliveries.ts'
import { pickVersion } from '../../../src/rollout/routing/pick-version.ts'
import {
  emptySnapshot,
  type InstalledVersion,
  type LiveRollout,
  type Snapshot,
  tenantKey,
  versionKey,
} from '../../../src/rollout/routing/snapshot.ts'
import { isLeaseOver, LEASE_MS, routedBy } from '../../../src/rollout/routing/withheld-canaries.ts'

const plugin = 'orders'
const tenant = 'acme'

function installed(version: string, consumes: readonly string[] = []): InstalledVersion {
  const manifest = {
    manifest: 1,
    host: '^1.0.0',
    displayName: { en: plugin },
    runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
    capabilities: { 'event:subscribe': consumes.map((type) => ({ type })) },
  } as unknown as Manifest
  const limits = { heapMb: 64, turnMs: 200, deadlineMs: 2000, payloadKb: 1024 }
  return { plugin, version, manifest, limits, bundleSha256: version, operations: new Map() }
}

function sharing(
  cohort: Partial<LiveRollout['cohort']>,
  more: Partial<LiveRollout> = {},
): Snapshot {
  const live: LiveRollout = {
    id: 'rol_1',
    from: '1.0.0',
    to: '1.1.0',
    step: 0,
    cohort: { salt: 's', weightBp: 10_000, cohortBy: 'request', ...cohort },
    ...more,
  }
  const versions = ['1.0.0', '1.1.0'].map(
    (one) => [versionKey(plugin, one), installed(one)] as const,
  )
  return Object.freeze({
    ...emptySnapshot,
    generation: 7,
    stable: new Map([[plugin, '1.0.0']]),
    versions: new Map(versions),
    bindings: new Map([
      [tenantKey(tenant, plugin), { binding: 'enabled', pinnedVersion: null } as const],
    ]),
    rollouts: new Map([[plugin, live]]),
  })
}

const pick = (snapshot: Snapshot, requestId: string) =>
  pickVersion(snapshot, plugin, { tenant, requestId })
const versionOf = (snapshot: Snapshot, requestId = 'r') => {
  const found = pick(snapshot, requestId)
  return found.kind === 'version' ? found.version.version : found.kind
}

t.test('within the lease a node routes by what it has read, as it was read', async (t) => {
  const read = sharing({})
  t.equal(routedBy(read, 0, LEASE_MS), read)
  t.equal(versionOf(routedBy(read, 0, LEASE_MS)), '1.1.0')
})

t.test('past it stable takes all calls, at 100 % too, and nothing else changes', async (t) => {
  const read = sharing({})
  const routed = routedBy(read, 0, LEASE_MS + 1)
  t.equal(versionOf(routed), '1.0.0')
  t.equal(routedBy(read, 0, LEASE_MS + 99), routed, 'made once')
  t.same({ ...routed, rollouts: read.rollouts }, read)
  t.equal(versionOf(routedBy(read, LEASE_MS + 100, LEASE_MS + 101)), '1.1.0', 'heard again')
})

t.test('without a rollout there is nothing to withhold', async (t) => {
  t.equal(routedBy(emptySnapshot, Number.NEGATIVE_INFINITY, 0), emptySnapshot)
})

t.test(
  'whoever is listed or drawn, and whatever is compared: no call is the canary’s',
  async (t) => {
    const cohort = fc.record({
      weightBp: fc.integer({ min: 0, max: 10_000 }),
      cohortBy: fc.constantFrom('request', 'tenant', 'app') as fc.Arbitrary<'request'>,
      lists: fc.option(
        fc.constant({
          deny: new Set<string>(),
          allow: new Set([`tenant:${tenant}`]),
          named: new Map(),
        }),
        { nil: undefined },
      ),
    })
    const ages = fc.record({ heardAt: fc.integer(), silent: fc.integer({ min: 0, max: 20_000 }) })
    fc.assert(
      fc.property(cohort, fc.string(), ages, (given, requestId, { heardAt, silent }) => {
        const read = sharing(given, { shadow: {} as never })
        const found = pick(routedBy(read, heardAt, heardAt + silent), requestId)
        if (!isLeaseOver(heardAt, heardAt + silent)) {
          t.same(found, pick(read, requestId))
          return
        }
        if (found.kind !== 'version') throw new Error(found.kind)
        t.equal(found.arm, 'stable')
        t.equal(found.version.version, '1.0.0')
        t.notOk(found.sharing, 'nothing is tried on the canary after stable')
        t.notOk(found.mirrored, 'nothing is compared')
      }),
      { numRuns: 50 },
    )
  },
)

t.test('an event that only the new version consumes is kept for it meanwhile', async (t) => {
  const read = sharing({})
  const canary = installed('1.1.0', ['orders.made'])
  const versions = new Map(read.versions).set(versionKey(plugin, '1.1.0'), canary)
  const routed = routedBy({ ...read, versions }, 0, LEASE_MS + 1)
  t.equal(isKept(pick(routed, 'r'), 'orders.made'), true)
  t.equal(isKept(pick(routed, 'r'), 'orders.lost'), false)
})
