import t from 'tap'
import { CallAudit, type CallRecord } from '../../src/audit/call-audit.ts'

const record = (more: Partial<CallRecord> = {}): CallRecord => ({
  tenant: 'acme',
  actor: 'app:acme/planner',
  subject: 'orders.status@1/read',
  outcome: 'done',
  traceId: 'a',
  safe: true,
  ...more,
})

t.test('reads that were done are counted', async (t) => {
  const audit = new CallAudit()
  for (let call = 0; call < 1000; call++) audit.add(record())
  audit.add(record({ actor: 'app:acme/other' }))
  const entries = audit.take()
  t.same(entries.map(({ detail }) => detail.count).sort(), [1, 1000])
  t.same(audit.take(), [])
})

t.test('writes and refusals get an entry each', async (t) => {
  const audit = new CallAudit()
  audit.add(record({ safe: false, traceId: 'w1' }))
  audit.add(record({ safe: false, traceId: 'w2' }))
  audit.add(record({ outcome: 'CORE_RATE_LIMITED', traceId: 'r1' }))
  t.same(
    audit.take().map(({ traceId, outcome }) => [traceId, outcome]),
    [
      ['w1', 'done'],
      ['w2', 'done'],
      ['r1', 'CORE_RATE_LIMITED'],
    ],
  )
})

t.test(
  'a flood keeps its size: entries are bounded, and every call is in some count',
  async (t) => {
    const audit = new CallAudit()
    for (let call = 0; call < 20_000; call++) {
      audit.add(record({ outcome: 'CORE_AUTHENTICATION_REQUIRED', actor: `a${call % 5000}` }))
    }
    const entries = audit.take()
    t.ok(entries.length < 3000, String(entries.length))
    t.equal(
      entries.reduce((sum, { detail }) => sum + Number(detail.count), 0),
      20_000,
    )
  },
)
