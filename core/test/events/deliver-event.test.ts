import { CONTRIBUTIONS_CHANGED } from '@signalbox/sdk/change-event'
import type { Manifest } from '@signalbox/sdk/manifest'
import t from 'tap'
import type { EntryCall, RunEntry } from '../../src/broker/entry-call.ts'
import type { GrantUse } from '../../src/broker/uses/grant-uses.ts'
import { coreErrors } from '../../src/errors.ts'
import { deliverEvent } from '../../src/events/deliver-event.ts'
import type { TakenDelivery } from '../../src/events/delivery-store.ts'
import {
  emptySnapshot,
  type InstalledVersion,
  type Snapshot,
  tenantKey,
  versionKey,
} from '../../src/rollout/routing/snapshot.ts'
import { eventOf } from '../support/event-store.ts'

type Points = NonNullable<NonNullable<Manifest['provides']>['extensionPoints']>

const plugin = 'reader'
const type = 'orders.created'
const why = { en: 'x' }
const used = { cpuMs: 1, peakHeapMb: 1, bytesOut: 0, hostCalls: 0 }
const trace = { seed: '', deadlineAt: 0, startedAt: 0, answers: [] }

function snapshotOf(wanted: string, granted: string): Snapshot {
  const manifest: Manifest = {
    manifest: 1,
    host: '^1.0.0',
    displayName: { en: 'x' },
    runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
    capabilities: { 'event:subscribe': [{ type: wanted, why }] },
  }
  const limits = { heapMb: 64, turnMs: 200, deadlineMs: 2000, payloadKb: 64 }
  const version = {
    plugin,
    version: '1.0.0',
    manifest,
    limits,
    bundleSha256: '',
    operations: new Map(),
  }
  const grant = { id: 'g', capability: 'event:subscribe', parameters: { type: granted } }
  return {
    ...emptySnapshot,
    stable: new Map([[plugin, '1.0.0']]),
    versions: new Map([[versionKey(plugin, '1.0.0'), version]]),
    bindings: new Map([[tenantKey('acme', plugin), { binding: 'enabled', pinnedVersion: null }]]),
    grants: new Map([[tenantKey('acme', plugin), [grant]]]),
  }
}

const taken: TakenDelivery = {
  id: '1',
  fence: '1',
  tenant: 'acme',
  plugin,
  type,
  key: null,
  sequence: '42',
  event: eventOf('e-1', { key: 'k' }).event,
  tries: 0,
  publishedAt: new Date(0),
}

function deliver(
  snapshot: Snapshot,
  runEntry: RunEntry,
  uses: GrantUse[] = [],
  delivery: TakenDelivery = taken,
) {
  const onUse = (use: GrantUse) => void uses.push(use)
  const ports = {
    snapshot: () => snapshot,
    reach: async () => undefined,
    runEntry,
    onUse,
    now: () => 1000,
    random: () => 0.5,
  }
  return deliverEvent(ports, delivery)
}

const never: RunEntry = async () => {
  throw new Error('a handler was run')
}

t.test(
  'the handler is told where the event comes from, and every try is drawn alike',
  async (t) => {
    const calls: EntryCall[] = []
    const uses: GrantUse[] = []
    const run: RunEntry = async (call) => {
      calls.push(call)
      return {
        outcome: { kind: 'ok', outputJson: 'null', ...used, trace },
        version: '1.0.0',
        arm: 'stable',
      }
    }
    const verdicts = [1, 2].map(() => deliver(snapshotOf(type, type), run, uses))
    t.match(await Promise.all(verdicts), [{ state: 'done' }, { state: 'done' }])
    t.match(calls[0], {
      plugin,
      tenant: 'acme',
      entry: { kind: 'event', name: type },
      inputJson: taken.event,
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      requestId: 'event 42',
      deadline: 31_000,
      origin: { correlationId: 'e-1', causationId: 'e-1', hops: 1 },
    })
    // By what decides the version; a try has a span of its own.
    const [first, second] = calls.map(({ trace: _, ...drawn }) => drawn)
    t.same(first, second)
    t.match(uses, [{ capability: 'event:subscribe', grant: 'g', facet: type, outcome: 'done' }, {}])
  },
)

t.test('without a grant of that very type no handler is run', async (t) => {
  const verdict = await deliver(snapshotOf(type, 'orders.deleted'), never)
  t.match(verdict, { state: 'waiting', isCounted: false, code: 'CORE_GRANT_MISSING' })
})

t.test('a version that does not ask for the type is passed over', async (t) => {
  t.match(await deliver(snapshotOf('orders.deleted', type), never), {
    state: 'done',
    isCounted: false,
  })
})

t.test(
  'the change of its own point reaches a plugin without a grant, and not too early',
  async (t) => {
    const bare = snapshotOf(type, type)
    const owner = bare.versions.get(versionKey(plugin, '1.0.0')) as InstalledVersion
    const reached: number[] = []
    const uses: GrantUse[] = []
    const told = (points: Points) => {
      const manifest = { ...owner.manifest, provides: { extensionPoints: points } }
      const versions = new Map([[versionKey(plugin, '1.0.0'), { ...owner, manifest }]])
      const ports = {
        snapshot: () => ({ ...bare, versions, grants: new Map() }),
        reach: async (generation: number) => void reached.push(generation),
        runEntry: async () => ({
          outcome: { kind: 'ok' as const, outputJson: 'null', ...used, trace },
          version: '1.0.0',
          arm: 'stable' as const,
        }),
        onUse: (use: GrantUse) => void uses.push(use),
        now: () => 1000,
        random: () => 0.5,
      }
      const event = JSON.stringify({ ...JSON.parse(taken.event), generation: 7 })
      return deliverEvent(ports, { ...taken, type: CONTRIBUTIONS_CHANGED, event })
    }
    const point = { id: 'reader/method/v1', schema: 'schemas/method.json' }
    t.match(await told([{ ...point, changeEvent: true }]), { state: 'done', isCounted: true })
    t.match(await told([point]), { state: 'done', isCounted: false })
    t.same(reached, [7, 7])
    t.same(uses, [])
  },
)

t.test('what is wrong with the host is not held against the plugin', async (t) => {
  const away: RunEntry = async () => {
    throw coreErrors.create('PLUGIN_NOT_ENABLED', { plugin, tenant: 'acme' })
  }
  t.match(await deliver(snapshotOf(type, type), away), {
    state: 'waiting',
    isCounted: false,
    code: 'CORE_PLUGIN_NOT_ENABLED',
  })
})

/** Half of all keys are the new version's, which alone asks for the type. */
function duringRollout(weightBp: number): Snapshot {
  const stable = snapshotOf('orders.deleted', type)
  const [old] = stable.versions.values()
  const [canary] = snapshotOf(type, type).versions.values()
  const newer = { ...(canary as InstalledVersion), version: '1.1.0' }
  const cohort = { salt: 'rol_0', weightBp, cohortBy: 'request' as const }
  const rollout = { id: 'rol_0', from: '1.0.0', to: '1.1.0', step: 0, cohort }
  return {
    ...stable,
    versions: new Map([
      [versionKey(plugin, '1.0.0'), old as InstalledVersion],
      [versionKey(plugin, '1.1.0'), newer],
    ]),
    rollouts: new Map([[plugin, rollout]]),
  }
}

t.test('a type that only the new version consumes is kept for keys still on stable', async (t) => {
  const keys = Array.from({ length: 40 }, (_, n) => `k${n}`)
  const handled = new Set<string>()
  const run: RunEntry = async ({ requestId }) => {
    handled.add(requestId)
    return {
      outcome: { kind: 'ok', outputJson: 'null', ...used, trace },
      version: '1.1.0',
      arm: 'canary',
    }
  }
  const statesAt = async (weightBp: number) => {
    const snapshot = duringRollout(weightBp)
    const verdicts = keys.map((key) => deliver(snapshot, run, [], { ...taken, key }))
    return (await Promise.all(verdicts)).map(({ state }) => state)
  }
  const half = await statesAt(5000)
  t.same([...new Set(half)].sort(), ['done', 'kept'])
  t.equal(handled.size, half.filter((state) => state === 'done').length)
  t.same(await statesAt(5000), half, 'a key stays where it is')
  t.same(new Set(await statesAt(10_000)), new Set(['done']), 'and goes over with the weight')
  t.match(
    await deliver(snapshotOf('orders.deleted', type), run),
    { state: 'done' },
    'aborted: passed over',
  )
})
