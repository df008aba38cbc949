import type { GuestCall, GuestOutcome } from '@signalbox/sandbox'
import t from 'tap'
import type { ServiceCall } from '../../src/broker/call-scope.ts'
import { ServiceCaller } from '../../src/broker/service-caller.ts'
import { WatchedCall } from '../../src/invocations/watched-call.ts'
import { NodeCounters } from '../../src/rollout/judge/node-counters.ts'
import { InFlight } from '../../src/rollout/routing/in-flight.ts'
import type { InstalledVersion, Snapshot } from '../../src/rollout/routing/snapshot.ts'
import { emptySnapshot } from '../../src/rollout/routing/snapshot.ts'
import { version } from '../support/recorded-call.ts'

const { plugin } = version
const canary: InstalledVersion = { ...version, version: '1.1.0' }
const cohort = { salt: 'rol_1', weightBp: 5000, cohortBy: 'request' } as const

/** A rollout shares the calls of the plugin. */
const snapshot: Snapshot = {
  ...emptySnapshot,
  stable: new Map([[plugin, '1.0.0']]),
  versions: new Map([version, canary].map((one) => [`${plugin}@${one.version}`, one])),
  bindings: new Map([[`acme ${plugin}`, { binding: 'enabled', pinnedVersion: null }]]),
  providers: new Map([['test.one@1', plugin]]),
  rollouts: new Map([[plugin, { id: 'rol_1', from: '1.0.0', to: '1.1.0', step: 0, cohort }]]),
}

/** The version, requiring this of users. */
function requiring(one: InstalledVersion, requires: string | undefined): InstalledVersion {
  const operations = [...one.operations].map(
    ([name, operation]) =>
      [name, { ...operation, definition: { ...operation.definition, requires } }] as const,
  )
  return { ...one, operations: new Map(operations) } as InstalledVersion
}

t.test(
  'a user needs what either version requires, and is refused before any of them runs',
  async (t) => {
    const counters = new NodeCounters()
    let asked = 0
    const ask = (
      stable: string | undefined,
      next: string | undefined,
      held?: readonly string[],
    ) => {
      const versions = [requiring(version, stable), requiring(canary, next)]
      const caller = new ServiceCaller({
        snapshot: () => ({
          ...snapshot,
          versions: new Map(versions.map((one) => [`${plugin}@${one.version}`, one])),
        }),
        runGuest: () => {
          asked++
          return Promise.reject(new Error('asked'))
        },
        internal: new Map(),
        rollouts: { countersOf: () => counters, look: () => undefined },
        now: Date.now,
      } as unknown as ConstructorParameters<typeof ServiceCaller>[0])
      return caller.call({
        tenant: 'acme',
        principal: { kind: 'user', id: 'ada' },
        ...(held === undefined ? {} : { permissions: new Set(held) }),
        service: 'test.one',
        major: 1,
        operation: 'run',
        inputJson: '{}',
        input: {},
        traceId: 't',
        requestId: 'r',
        deadline: Date.now() + 1000,
        chain: [],
      })
    }
    await t.rejects(ask(undefined, undefined, ['a.b']), { code: 'CORE_OPERATION_NOT_FOR_USERS' })
    await t.rejects(ask('a.b', 'a.b'), { code: 'CORE_PERMISSION_MISSING', status: 403 })
    await t.rejects(ask('a.b', 'a.c', ['a.b']), { code: 'CORE_PERMISSION_MISSING' })
    await t.rejects(ask('a.c', 'a.b', ['a.b']), { code: 'CORE_PERMISSION_MISSING' })
    await t.rejects(ask('a.b', undefined, ['a.b']), { code: 'CORE_OPERATION_NOT_FOR_USERS' })
    t.equal(asked + counters.changes, 0)
    await ask('a.b', 'a.c', ['a.b', 'a.c']).catch(() => undefined)
    t.ok(counters.changes > 0, 'who holds both is let through')
  },
)

t.test('a call that is refused for its chain was given to no version of a rollout', async (t) => {
  const counters = new NodeCounters()
  const caller = new ServiceCaller({
    snapshot: () => snapshot,
    runGuest: () => Promise.reject(new Error('no guest is asked')),
    internal: new Map(),
    rollouts: { countersOf: () => counters, look: () => undefined },
    now: Date.now,
  } as unknown as ConstructorParameters<typeof ServiceCaller>[0])
  const call = (chain: readonly string[]): ServiceCall => ({
    tenant: 'acme',
    principal: { kind: 'plugin', id: plugin },
    service: 'test.one',
    major: 1,
    operation: 'run',
    inputJson: '{}',
    input: {},
    traceId: 't',
    requestId: 'r',
    deadline: Date.now() + 1000,
    chain,
  })
  const before = counters.changes
  await t.rejects(caller.call(call(['test.one@1/run'])), { code: 'CORE_CALL_CYCLE' })
  const deep = Array.from({ length: 16 }, (_, depth) => `service.of@${depth}/x`)
  await t.rejects(caller.call(call(deep)), { code: 'CORE_CALL_TOO_DEEP' })
  t.equal(counters.changes, before)
})

t.test(
  'nothing is compared where either version is trusted: its effects are no host calls',
  async (t) => {
    const offered: string[] = []
    const shadow = { sample: 1, minRequests: 1, maxDiff: 0 }
    const safe = (one: InstalledVersion, tier: string): InstalledVersion =>
      ({
        ...one,
        manifest: { ...one.manifest, runtime: { ...one.manifest.runtime, tier } },
        operations: new Map(
          [...one.operations].map(([name, operation]) => [
            name,
            { ...operation, definition: { ...operation.definition, safe: true } },
          ]),
        ),
      }) as InstalledVersion
    const ask = async (stable: string, next: string) => {
      const versions = [safe(version, stable), safe(canary, next)]
      const live = { id: 'rol_1', from: '1.0.0', to: '1.1.0', step: 0, shadow }
      const ports = {
        snapshot: () => ({
          ...snapshot,
          versions: new Map(versions.map((one) => [`${plugin}@${one.version}`, one])),
          rollouts: new Map([[plugin, { ...live, cohort: { ...cohort, weightBp: 0 } }]]),
        }),
        runGuest: async () =>
          ({ kind: 'ok', outputJson: '{}', cpuMs: 1, hostCalls: 0 }) as unknown as GuestOutcome,
        inFlight: new InFlight(),
        invocations: {
          watch: (guest: GuestCall) => new WatchedCall(guest),
          ended: () => undefined,
        },
        internal: new Map(),
        rollouts: {
          countersOf: () => new NodeCounters(),
          look: () => undefined,
          shadow: { offer: () => offered.push(`${stable} ${next}`) },
        },
        now: Date.now,
      }
      const caller = new ServiceCaller(
        ports as unknown as ConstructorParameters<typeof ServiceCaller>[0],
      )
      await caller
        .call({
          tenant: 'acme',
          principal: { kind: 'app', id: 'erp' },
          service: 'test.one',
          major: 1,
          operation: 'run',
          inputJson: '{}',
          input: {},
          traceId: 't',
          requestId: 'r',
          deadline: Date.now() + 1000,
          chain: [],
        })
        .catch(() => undefined)
    }
    await ask('trusted', 'sandbox')
    await ask('sandbox', 'trusted')
    await ask('sandbox', 'sandbox')
    t.same(offered, ['sandbox sandbox'])
  },
)
