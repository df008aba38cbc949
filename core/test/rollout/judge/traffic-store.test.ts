import t from 'tap'
import { type AuditEntry, insertAuditEntries } from '../../../src/audit/audit-store.ts'
import { trafficOf } from '../../../src/rollout/judge/traffic.ts'
import { readAuditedCalls, TRAFFIC_MINUTES } from '../../../src/rollout/judge/traffic-store.ts'
import { emptySnapshot } from '../../../src/rollout/routing/snapshot.ts'
import { createKnex } from '../../../src/storage/create-knex.ts'
import { atAnotherTime } from '../../support/audit-chain.ts'
import { testDatabases } from '../../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())

const entry = (subject: string, outcome: string, count: number): AuditEntry => ({
  tenant: 'acme',
  actor: 'app:web',
  action: 'service.call',
  subject,
  outcome,
  traceId: null,
  detail: { count },
})

t.test('calls of the last quarter of an hour are added up by operation and outcome', async (t) => {
  await insertAuditEntries(knex, [
    entry('orders.visibility@1/get', 'done', 140),
    entry('orders.visibility@1/get', 'done', 8),
    entry('orders.visibility@1/get', 'SBX_GUEST_THREW', 2),
    entry('orders.visibility@1/get', 'CORE_INPUT_INVALID', 50),
    entry('orders.visibility@2/get', 'done', 999),
    { ...entry('orders.visibility@1/get', 'done', 7), action: 'service.other' },
  ])
  await insertAuditEntries(knex, [entry('orders.visibility@1/list', 'done', 500)])
  const anHourAgo = new Date(Date.now() - 3_600_000)
  await atAnotherTime(knex, { subject: 'orders.visibility@1/list' }, anHourAgo)
  const audited = await readAuditedCalls(knex, ['orders.visibility@1'])
  t.equal(audited.minutes, TRAFFIC_MINUTES)
  t.same(Object.fromEntries(audited.calls.map(({ outcome, calls }) => [outcome, calls])), {
    done: 148,
    SBX_GUEST_THREW: 2,
    CORE_INPUT_INVALID: 50,
  })
  const traffic = trafficOf(emptySnapshot, '@acme/orders', 'request', audited)
  t.equal(traffic.callsPerMinute, 10, 'what the host refused reached no version')
  t.equal(traffic.failureRate, 3 / 152)
})

t.test('a plugin without services has no traffic', async (t) => {
  const audited = await readAuditedCalls(knex, [])
  t.equal(trafficOf(emptySnapshot, '@acme/none', 'app', audited).callsPerMinute, 0)
})

t.test('a rollout planned before there was an analysis has none', async (t) => {
  const columns = await knex('rollouts').columnInfo()
  t.match(columns['analysis'], { type: 'jsonb', nullable: false, defaultValue: /metrics/ })
})
