import { CodedError } from '@signalbox/sdk/errors'
import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { Broker } from '../../src/broker/broker.ts'
import type { CallScope } from '../../src/broker/call-scope.ts'
import { meterCall } from '../../src/meter/meter-call.ts'
import { MeterLedger } from '../../src/meter/meter-ledger.ts'
import { MeterRecorder } from '../../src/meter/meter-recorder.ts'
import { sumUnits } from '../../src/meter/meter-store.ts'
import { emptySnapshot } from '../../src/rollout/routing/snapshot.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { timerPlugin, timerVersion } from '../support/job-fleet.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
t.beforeEach(() => knex('metered_units').delete())

const noon = Date.parse('2026-06-01T12:00:00Z')
const log = { warn: () => undefined }
const recorderOf = (of = knex) => new MeterRecorder({ knex: of, now: () => noon, log })
const all = { tenant: 'acme', plugin: undefined, from: '2026-06-01', to: '2026-06-01', limit: 10 }
const name = {
  tenant: 'acme',
  plugin: timerPlugin,
  version: '1.0.0',
  principal: 'app:planner',
  operation: 'timer.one@1/list',
  unit: 'rows',
}

function asking(recorder: MeterRecorder) {
  const broker = new Broker({
    snapshot: () => emptySnapshot,
    calls: { meter: meterCall(recorder) },
    limiter: new RateLimiter(() => 0),
    effects: { record: async () => undefined },
    onUse: () => undefined,
  })
  const scope: CallScope = {
    version: timerVersion([]),
    tenant: 'acme',
    principal: { kind: 'app', id: 'planner' },
    arm: 'stable',
    traceId: 'trace',
    requestId: 'request',
    deadline: noon,
    chain: ['outer.one@1/all', 'timer.one@1/list'],
  }
  const { signal } = new AbortController()
  return async (request: unknown) => {
    const text = JSON.stringify(request) ?? 'null'
    try {
      broker.hasEffect('meter', text)
      return JSON.parse(await broker.hostCall(scope, 'meter', text, signal))
    } catch (error) {
      if (error instanceof CodedError) return error.code
      throw error
    }
  }
}

t.test('units add up by caller and operation, on all nodes together', async (t) => {
  const recorders = [recorderOf(), recorderOf(), recorderOf()]
  for (const recorder of recorders) {
    const ask = asking(recorder)
    for (let n = 1; n <= 3; n++) t.equal(await ask({ unit: 'rows', n }), null)
    await ask({ unit: 'pages', n: 1_000_000_000 })
  }
  await Promise.all(recorders.map((recorder) => recorder.stop()))
  const { tenant: _, version: __, ...shown } = name
  t.same(await sumUnits(knex, all), [
    { ...shown, units: '18', calls: 9 },
    { ...shown, unit: 'pages', units: '3000000000', calls: 3 },
  ])
  t.same(await sumUnits(knex, { ...all, tenant: 'globex' }), [])
  t.same(await sumUnits(knex, { ...all, from: '2026-06-02', to: '2026-06-03' }), [])
})

t.test('a version has sixteen units, and goes on with those', async (t) => {
  const ask = asking(recorderOf())
  for (let n = 0; n < 16; n++) t.equal(await ask({ unit: `u${n}`, n: 1 }), null)
  t.equal(await ask({ unit: 'one-more', n: 1 }), 'CORE_METER_UNITS_TOO_MANY')
  t.equal(await ask({ unit: 'u3', n: 1 }), null)
})

t.test('while PostgreSQL is away units wait, and none is lost', async (t) => {
  let isAway = true
  const flaky = new Proxy(knex, {
    get: (target, key, receiver) =>
      key === 'transaction' && isAway
        ? () => Promise.reject(new Error('away'))
        : Reflect.get(target, key, receiver),
  })
  const recorder = recorderOf(flaky)
  recorder.add(name, 2)
  await recorder.flush()
  recorder.add(name, 3)
  isAway = false
  await recorder.flush()
  t.match(await sumUnits(knex, all), [{ units: '5', calls: 2 }])
})

t.test('a full ledger keeps what it has, and says what it lost', async (t) => {
  const ledger = new MeterLedger(1)
  t.ok(ledger.add(name, 1, '2026-06-01'))
  t.ok(ledger.add({ ...name, principal: 'app:other' }, 1, '2026-06-01'))
  t.equal(ledger.takeDropped(), 1)
  t.match(ledger.take(), [{ units: 1 }])
})

t.test('whatever is sent, the answer is null or a coded refusal', async (t) => {
  const ask = asking(recorderOf())
  const anything = fc.anything({ withNullPrototype: false })
  const request = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        unit: fc.oneof(fc.string(), fc.constantFrom('rows', '__proto__'), anything),
        n: fc.oneof(fc.integer(), fc.double(), fc.constantFrom(1e9 + 1, -0, '1'), anything),
        tenant: fc.constant('globex'),
      },
      { requiredKeys: [] },
    ),
  )
  await fc.assert(
    fc.asyncProperty(request, async (sent) => {
      let copy: unknown
      try {
        copy = JSON.parse(JSON.stringify(sent) ?? 'null')
      } catch {
        // What is no JSON never leaves the guest.
      }
      const answer = await ask(copy)
      t.ok(answer === null || /^CORE_[A-Z_]+$/.test(answer), String(answer))
    }),
    { numRuns: 300 },
  )
})
