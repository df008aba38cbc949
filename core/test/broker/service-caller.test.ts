import type { GuestCall, GuestOutcome } from '@signalbox/sandbox'
import type { Principal } from '@signalbox/sdk'
import t from 'tap'
import type { ServiceCall } from '../../src/broker/call-scope.ts'
import { ServiceCaller } from '../../src/broker/service-caller.ts'
import type { Reach, Required } from '../../src/identity/authorise.ts'
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
function requiring(one: InstalledVersion, required: Required): InstalledVersion {
  const operations = [...one.operations].map(
    ([name, operation]) =>
      [name, { ...operation, definition: { ...operation.definition, ...required } }] as const,
  )
  return { ...one, operations: new Map(operations) } as InstalledVersion
}

/** Calls as a user who holds this. @returns what was counted of it, and what guests were told of him */
async function askAs(
  held: ReadonlyMap<string, Reach> | undefined,
  stable: Required,
  next: Required,
): Promise<{ counted: number; told: Principal[]; code: string | undefined }> {
  const counters = new NodeCounters()
  const told: Principal[] = []
  const versions = [requiring(version, stable), requiring(canary, next)]
  const caller = new ServiceCaller({
    snapshot: () => ({
      ...snapshot,
      versions: new Map(versions.map((one) => [`${plugin}@${one.version}`, one])),
    }),
    runGuest: async ({ context }: GuestCall) => {
      told.push(context.principal)
      return { kind: 'ok', outputJson: '{}', cpuMs: 1, hostCalls: 0 }
    },
    inFlight: new InFlight(),
    invocations: { watch: (guest: GuestCall) => new WatchedCall(guest), ended: () => undefined },
    internal: new Map(),
    rollouts: { countersOf: () => counters, look: () => undefined },
    now: Date.now,
  } as unknown as ConstructorParameters<typeof ServiceCaller>[0])
  const code = await caller
    .call({
      tenant: 'acme',
      principal: { kind: 'user', id: 'ada' },
      ...(held === undefined ? {} : { permissions: held }),
      service: 'test.one',
      major: 1,
      operation: 'run',
      inputJson: '{}',
      input: {},
      traceId: 't',
      requestId: 'r',
      deadline: Date.now() + 60_000,
      chain: [],
    })
    .then(
      () => undefined,
      (error: { code?: string }) => error.code,
    )
  return { counted: counters.changes, told, code }
}

const whole = (...held: string[]) => new Map(held.map((one) => [one, 'tenant'] as const))

t.test(
  'a user needs what either version requires, and is refused before any of them runs',
  async (t) => {
    const [b, c] = [{ requires: 'a.b' }, { requires: 'a.c' }]
    for (const [held, stable, next, expected] of [
      [whole('a.b'), {}, {}, 'CORE_OPERATION_NOT_FOR_USERS'],
      [undefined, b, b, 'CORE_PERMISSION_MISSING'],
      [whole('a.b'), b, c, 'CORE_PERMISSION_MISSING'],
      [whole('a.b'), c, b, 'CORE_PERMISSION_MISSING'],
      [whole('a.b'), b, {}, 'CORE_OPERATION_NOT_FOR_USERS'],
    ] as const) {
      const { code, told, counted } = await askAs(held, stable, next)
      t.equal(code, expected)
      t.equal(told.length + counted, 0)
    }
    t.ok((await askAs(whole('a.b', 'a.c'), b, c)).counted > 0, 'who holds both is let through')
  },
)

t.test('a user is held to the units in which he has what either version requires', async (t) => {
  const [north, south] = [new Set(['north', 'hall']), new Set(['south', 'hall'])]
  const inUnits = (requires: string) => ({ requires, requiresIn: 'unit' }) as const
  const b = inUnits('a.b')
  const one = await askAs(new Map([['a.b', north]]), b, b)
  t.match(one.told, [{ kind: 'user', id: 'ada', units: ['hall', 'north'] }])
  const held = new Map([
    ['a.b', north],
    ['a.c', south],
  ])
  const both = await askAs(held, b, inUnits('a.c'))
  t.match(both.told, [{ units: ['hall'] }], 'either may run it')
  const open = await askAs(whole('a.b'), b, b)
  t.same(open.told, [{ kind: 'user', id: 'ada' }], 'of the whole tenant there is no limit')
  const missing = { code: 'CORE_PERMISSION_MISSING', told: [], counted: 0 }
  t.match(await askAs(new Map([['a.b', north]]), b, { requires: 'a.b' }), missing)
  t.match(await askAs(held, b, { requires: 'a.c' }), missing, 'one of them keeps to no unit')
  const apart = new Map([
    ['a.b', new Set(['north'])],
    ['a.c', new Set(['south'])],
  ])
  t.match(await askAs(apart, b, inUnits('a.c')), missing, 'no unit has both')
  const many = new Set(Array.from({ length: 1001 }, (_, at) => `unit-${at}`))
  t.match(await askAs(new Map([['a.b', many]]), b, b), { code: 'CORE_UNITS_TOO_MANY', told: [] })
})

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
    deadline: Date.now() + 60_000,
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
          deadline: Date.now() + 60_000,
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
