import type { GuestCall, GuestOutcome } from '@signalbox/sandbox'
import t from 'tap'
import { type EntryCall, type EntryPorts, runEntry } from '../../src/broker/entry-call.ts'
import { WatchedCall } from '../../src/invocations/watched-call.ts'
import { NodeCounters } from '../../src/rollout/judge/node-counters.ts'
import { InFlight } from '../../src/rollout/routing/in-flight.ts'
import {
  emptySnapshot,
  type InstalledVersion,
  type Snapshot,
} from '../../src/rollout/routing/snapshot.ts'
import { version } from '../support/recorded-call.ts'

const { plugin } = version
const canary: InstalledVersion = { ...version, version: '1.1.0' }

/** @param weightBp 10,000 gives every call to the canary */
function snapshotOf(weightBp: number, pinnedVersion: string | null = null): Snapshot {
  const cohort = { salt: 'rol_1', weightBp, cohortBy: 'request' } as const
  return {
    ...emptySnapshot,
    stable: new Map([[plugin, '1.0.0']]),
    versions: new Map([version, canary].map((one) => [`${plugin}@${one.version}`, one])),
    bindings: new Map([[`acme ${plugin}`, { binding: 'enabled', pinnedVersion }]]),
    rollouts: new Map([[plugin, { id: 'rol_1', from: '1.0.0', to: '1.1.0', step: 0, cohort }]]),
  }
}

const threw = {
  kind: 'failed',
  error: { code: 'SBX_PLUGIN_THREW', message: '', faults: [] },
  blame: 'plugin',
  cpuMs: 1,
} as unknown as GuestOutcome

function judging(snapshot: Snapshot) {
  const counters = new NodeCounters()
  let looks = 0
  const ports = {
    snapshot: () => snapshot,
    runGuest: async () => threw,
    inFlight: new InFlight(),
    invocations: { watch: (guest: GuestCall) => new WatchedCall(guest), ended: () => undefined },
    rollouts: { countersOf: () => counters, look: () => void looks++ },
    now: () => 0,
  } as unknown as EntryPorts
  const run = (call: Partial<EntryCall> = {}) =>
    runEntry(ports, {
      plugin,
      tenant: 'acme',
      entry: { kind: 'event', name: 'orders.created' },
      inputJson: '{}',
      traceId: '1'.repeat(32),
      requestId: 'event 1',
      deadline: 1000,
      chain: [],
      ...call,
    })
  return { counters, run, looks: () => looks }
}

const entries: readonly EntryCall['entry'][] = [
  { kind: 'event', name: 'orders.created' },
  { kind: 'job', name: 'refit' },
  { kind: 'webhook', name: 'carrier' },
  { kind: 'contribution', point: 'a/point/v1', name: 'run' },
]

t.test('a failed handler of any kind is told to the judge, and given to nobody else', async (t) => {
  for (const entry of entries) {
    const { counters, run, looks } = judging(snapshotOf(9999))
    const { arm, outcome } = await run({ entry })
    t.equal(arm, 'canary', entry.kind)
    t.equal(outcome.kind, 'failed', 'who sent it decides about another try')
    t.same(counters.judge.calls, { stable: 0, canary: 1 })
    t.equal(looks(), 1)
  }
})

t.test('what was tried before, and what is in no rollout, is not counted', async (t) => {
  const again = judging(snapshotOf(9999))
  await again.run({ isRetry: true })
  t.equal(again.counters.changes, 0)
  const pinned = judging(snapshotOf(9999, '1.0.0'))
  await pinned.run()
  t.equal(pinned.counters.changes, 0)
})

t.test('a call that comes too late is given to no version', async (t) => {
  const late = judging(snapshotOf(9999))
  await t.rejects(late.run({ deadline: 0 }), { code: 'CORE_CALL_DEADLINE' })
  t.equal(late.counters.changes, 0)
})
