import { CodedError } from '@signalbox/sdk/errors'
import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { Broker } from '../../src/broker/broker.ts'
import type { CallScope } from '../../src/broker/call-scope.ts'
import { JobService } from '../../src/jobs/job-service.ts'
import { jobsCalls } from '../../src/jobs/jobs-call.ts'
import { tenantKey } from '../../src/rollout/routing/snapshot.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import {
  insertOwners,
  perTenant,
  timerPlugin,
  timerSnapshot,
  timerVersion,
} from '../support/job-fleet.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
await insertOwners(knex, ['acme', 'globex'])
t.beforeEach(() => knex('job_schedules').delete())

const noon = Date.parse('2026-06-01T12:00:00Z')
let last = 0
const snapshot = timerSnapshot(['acme', 'globex'], [{ id: 'note' }, { id: 'other' }])

const service = new JobService({
  knex,
  snapshot: () => snapshot,
  now: () => noon,
  makeId: () => `sch_${String(++last).padStart(24, '0')}`,
  onScheduled: () => undefined,
  onCancelled: () => undefined,
})

function brokerWith(of = snapshot, clock = () => ++last * 1000) {
  return new Broker({
    snapshot: () => of,
    calls: jobsCalls(service),
    // A second passes with each look: the budget is never spent, unless a test stops the clock.
    limiter: new RateLimiter(clock),
    effects: { record: async () => undefined },
    onUse: () => undefined,
  })
}

const scopeOf = (tenant: string): CallScope => ({
  version: timerVersion([{ id: 'note' }, { id: 'other' }]),
  tenant,
  principal: { kind: 'app', id: 'planner' },
  arm: 'stable',
  traceId: 'trace',
  requestId: 'request',
  deadline: noon + 1000,
  chain: [],
})

const { signal } = new AbortController()

/** The answer, or the code of the refusal; anything else fails the test. */
async function ask(broker: Broker, name: string, request: unknown, tenant = 'acme') {
  const text = typeof request === 'string' ? request : JSON.stringify(request)
  try {
    broker.hasEffect(name, text)
    return JSON.parse(await broker.hostCall(scopeOf(tenant), name, text, signal))
  } catch (error) {
    if (error instanceof CodedError) return error.code
    throw error
  }
}

t.test('a plugin schedules, moves, lists and cancels its own', async (t) => {
  const broker = brokerWith()
  const wish = { job: 'note', at: noon + 5000, key: '钥匙', payload: { a: [1, '\u0000'] } }
  const { id } = await ask(broker, 'jobs.schedule', wish)
  t.same(await ask(broker, 'jobs.schedule', { ...wish, at: noon + 9000 }), { id })
  const item = { id, job: 'note', key: '钥匙', at: noon + 9000, state: 'waiting' }
  t.same(await ask(broker, 'jobs.list', {}), { items: [item] })
  t.same(await ask(broker, 'jobs.list', {}, 'globex'), { items: [] })
  t.same(await ask(broker, 'jobs.cancel', { idOrKey: id }, 'globex'), { cancelled: 0 })
  t.same(await ask(broker, 'jobs.cancel', { idOrKey: '钥匙' }), { cancelled: 1 })
})

t.test('a list goes on behind its cursor, each schedule once', async (t) => {
  const broker = brokerWith()
  for (let n = 0; n < 150; n++) await ask(broker, 'jobs.schedule', { job: 'note', afterMs: n })
  const first = await ask(broker, 'jobs.list', {})
  const second = await ask(broker, 'jobs.list', { cursor: first.next })
  t.equal(second.next, undefined)
  const ids = [...first.items, ...second.items].map((item: { id: string }) => item.id)
  t.equal(new Set(ids).size, 150)
})

t.test('a past instant is now', async (t) => {
  const broker = brokerWith()
  await ask(broker, 'jobs.schedule', { job: 'note', at: 0 })
  t.match(await ask(broker, 'jobs.list', {}), { items: [{ at: noon }] })
})

t.test('without a grant for each tenant nothing is scheduled, listed or cancelled', async (t) => {
  const key = tenantKey('acme', timerPlugin)
  const hostOnly = [{ ...perTenant, parameters: { per: 'host' } }]
  for (const grants of [new Map(), new Map([[key, hostOnly]])]) {
    const broker = brokerWith({ ...snapshot, grants })
    t.equal(await ask(broker, 'jobs.schedule', { job: 'note', afterMs: 0 }), 'CORE_GRANT_MISSING')
    t.equal(await ask(broker, 'jobs.list', {}), 'CORE_GRANT_MISSING')
    t.equal(await ask(broker, 'jobs.cancel', { idOrKey: 'k' }), 'CORE_GRANT_MISSING')
  }
})

t.test('who asks too often is told to wait', async (t) => {
  const broker = brokerWith(snapshot, () => 0)
  const answers = new Map<string, number>()
  for (let n = 0; n < 510; n++) {
    const answer = await ask(broker, 'jobs.schedule', { job: 'none', afterMs: 0 })
    answers.set(answer, (answers.get(answer) ?? 0) + 1)
  }
  t.same(
    [...answers],
    [
      ['CORE_JOB_UNKNOWN', 500],
      ['CORE_BUDGET_SPENT', 10],
    ],
  )
})

const anything = fc.anything({ withNullPrototype: false })
const request = fc.oneof(
  anything,
  fc.record(
    {
      job: fc.oneof(fc.constantFrom('note', 'other', '__proto__', ''), anything),
      at: fc.oneof(fc.integer(), fc.constantFrom(noon, 8.64e15, -1, 1.5, 1e300), anything),
      afterMs: fc.oneof(fc.nat(), anything),
      key: fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('k', '\ud800', '\u0000'),
        anything,
      ),
      payload: anything,
      idOrKey: fc.oneof(fc.string({ unit: 'binary' }), anything),
      cursor: fc.oneof(fc.string(), fc.constant(`sch_${'0'.repeat(24)}`)),
      tenant: fc.constant('globex'),
    },
    { requiredKeys: [] },
  ),
)

t.test(
  'whatever is sent, the answer is a value or a coded refusal, and stays in its tenant',
  async (t) => {
    const broker = brokerWith()
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('jobs.schedule', 'jobs.cancel', 'jobs.list'),
        request,
        async (name, sent) => {
          let text: string | undefined
          try {
            text = JSON.stringify(sent)
          } catch {
            // What is no JSON never leaves the guest.
          }
          const answer = await ask(broker, name, text ?? 'null')
          t.ok(typeof answer === 'object' || /^CORE_[A-Z_]+$/.test(answer), String(answer))
        },
      ),
      { numRuns: 400 },
    )
    t.equal(await knex('job_schedules').whereNot('tenant', 'acme').first(), undefined)
  },
)
