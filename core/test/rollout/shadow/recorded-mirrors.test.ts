import t from 'tap'
import { insertInvocations, listAnswered } from '../../../src/invocations/invocation-store.ts'
import { markerText } from '../../../src/invocations/redacted-marker.ts'
import { type Cohort, givesCalls } from '../../../src/rollout/cohorts/cohort.ts'
import { cohortOf } from '../../../src/rollout/rollout-weight.ts'
import type { InstalledVersion, Snapshot } from '../../../src/rollout/routing/snapshot.ts'
import { RecordedMirrors } from '../../../src/rollout/shadow/recorded-mirrors.ts'
import { ShadowRunner } from '../../../src/rollout/shadow/shadow-runner.ts'
import { ShadowSide } from '../../../src/rollout/shadow/shadow-side.ts'
import { seal } from '../../../src/sealing/sealing.ts'
import { version as base, snapshot as baseSnapshot } from '../../support/recorded-call.ts'
import { openRollouts, operator } from '../../support/rollouts.ts'

const { knex, rollouts } = await openRollouts(t, [base.plugin])
const dataKey = Buffer.alloc(32, 7)
for (const tenant of ['acme', 'globex']) {
  await knex('tenants').insert({ id: tenant, name: tenant })
  const wrapped = Buffer.alloc(1)
  await knex('invocation_keys').insert({ id: `key-${tenant}`, tenant, wrapped, host_key: 'k' })
}

const shadow = { sample: 1, minRequests: 10, maxDiff: 0, replay: true }
const steps = [{ shadow }, { weightBp: 10_000, hold: {} }]
const version = (name: string, tier = 'sandbox') =>
  ({
    ...base,
    version: name,
    manifest: { ...base.manifest, runtime: { ...base.manifest.runtime, tier } },
    operations: new Map(
      [...base.operations].map(([operation, one]) => [
        operation,
        { ...one, definition: { ...one.definition, safe: true } },
      ]),
    ),
  }) as InstalledVersion

interface Kept {
  readonly tenant?: string
  readonly app?: string
  readonly input?: unknown
}

let sequence = 0
/** An answered call of 1.0.0; the later the newer. */
async function keep({ tenant = 'acme', app = 'erp', input = {} }: Kept = {}): Promise<string> {
  const id = `inv_${++sequence}`
  const called = { service: 'test.one', major: 1, operation: 'run' }
  const recording = {
    ...called,
    isolate: { tenant },
    principal: { kind: 'app', id: app },
    input,
    outcome: { kind: 'answered', output: { said: id } },
  }
  const key = `key-${tenant}`
  const head = {
    ...{ id, tenant, key, ...called },
    ...{ plugin: base.plugin, version: '1.0.0', bundleSha256: 'b', configSha256: 'c' },
    ...({ arm: 'stable', reason: 'sampled', outcome: 'answered', code: null } as const),
    ...{ principal: `app:${app}`, traceId: 't', startedAt: new Date().toISOString() },
    ...{ tookMs: 1, cpuMs: 1, peakHeapMb: 1, bytesOut: 1, hostCalls: 0 },
  }
  const sealed = seal(dataKey, Buffer.from(JSON.stringify(recording)), [tenant, id, key])
  await insertInvocations(knex, [{ ...head, sealed }])
  return id
}

/** A planned rollout, and the recordings that one node would run again for it. */
async function open(deny: readonly string[] = [], tier = 'sandbox') {
  const keys = { unit: '/site' }
  const wish = { plugin: base.plugin, version: '1.1.0', steps, deny, keys }
  const rollout = await rollouts.create(operator, wish as never)
  const cohort: Cohort = cohortOf({ ...rollout, state: 'running' })
  const versions = { stable: version('1.0.0'), canary: version('1.1.0', tier) }
  const { id, from, to } = rollout
  const sharing = { rollout: { id, from, to, step: 0, cohort, shadow }, versions }
  const enabled = { binding: 'enabled', pinnedVersion: null } as const
  const snapshot: Snapshot = {
    ...baseSnapshot,
    versions: new Map(Object.values(versions).map((one) => [`${base.plugin}@${one.version}`, one])),
    rollouts: new Map([[base.plugin, sharing.rollout]]),
    bindings: new Map(['acme', 'globex'].map((one) => [`${one} ${base.plugin}`, enabled])),
  }
  const reading: Promise<unknown>[] = []
  const gate = { wait: Promise.resolve() }
  const recorded = new RecordedMirrors({
    knex,
    keys: {
      byId: async () => {
        reading.push(gate.wait)
        await gate.wait
        return dataKey
      },
    },
    snapshot: () => snapshot,
    runGuest: () => Promise.reject(new Error('not run')),
    loadBundle: () => Promise.reject(new Error('not loaded')),
    now: Date.now,
  })
  const all = async () => {
    const found: string[] = []
    for (;;) {
      const mirror = await recorded.next(sharing, shadow)
      if (mirror === undefined) return found
      if (mirror.answer.kind === 'answered') found.push(JSON.parse(mirror.answer.json).said)
    }
  }
  return { rollout, cohort, snapshot, recorded, all, gate, reading }
}

t.beforeEach(() => knex('invocations').delete())

t.test('a recorded call of whom the plan denies is not run again', async (t) => {
  const free = await keep({ input: { site: 'berlin' } })
  await keep({ tenant: 'globex' })
  await keep({ app: 'planner' })
  await keep({ input: { site: 'suzhou' } })
  await keep({ input: { site: markerText('string', 1) } })
  const { cohort, all } = await open(['tenant:globex', 'app:acme/planner', 'unit:acme/suzhou'])
  t.equal(givesCalls(cohort), false, 'and still nobody is given the new version')
  t.same(await all(), [free])
})

t.test('nothing is run again of a version that is trusted', async (t) => {
  await keep()
  t.same(await (await open([], 'trusted')).all(), [])
})

t.test('what any node has run is not listed again, by an index of its own', async (t) => {
  const ids = [await keep(), await keep(), await keep()]
  const { rollout, all } = await open()
  const list = () =>
    listAnswered(knex, {
      plugin: base.plugin,
      version: '1.0.0',
      notReplayedFor: rollout.id,
      limit: 10,
    })
  t.equal((await list()).length, 3)
  t.same((await all()).sort(), ids)
  t.same(await list(), [])
  const { rows } = await knex.transaction(async (trx) => {
    await trx.raw('set local enable_seqscan = off')
    return await trx.raw<{ rows: object[] }>(
      `explain select id from invocations where plugin = 'p' and version = 'v'
         and outcome = 'answered' and major > 0 order by sequence desc limit 500`,
    )
  })
  t.match(JSON.stringify(rows), /invocations_answered/)
})

t.test('who looks at the rollout does not wait for recordings, and only one reads', async (t) => {
  await keep()
  const { rollout, snapshot, recorded, gate, reading } = await open()
  const { promise, resolve: release } = Promise.withResolvers<void>()
  gate.wait = promise
  const log = { warn: () => undefined }
  const runner = new ShadowRunner({
    isBusy: () => false,
    isLive: () => false,
    random: () => 0,
    pause: async () => undefined,
    onTrip: () => undefined,
    log,
  })
  const side = new ShadowSide({
    ...{ knex, node: 'n', snapshot: () => snapshot, runner, recorded, random: () => 0, log },
  })
  t.match(await side.look(rollout, shadow), { kind: 'hold' })
  while (reading.length === 0) await new Promise(setImmediate)
  await side.look(rollout, shadow)
  t.equal(reading.length, 1)
  release()
  await side.stop()
  await side.look(rollout, shadow)
  await runner.stop()
  t.equal(reading.length, 1, 'and after the end none')
})
