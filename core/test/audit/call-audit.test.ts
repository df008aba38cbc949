import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
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

t.test('reads by the caller’s object are counted as by its names, in every interval', async (t) => {
  const reads = fc.array(fc.tuple(fc.nat(3), fc.constantFrom('read', 'list'), fc.boolean()))
  fc.assert(
    fc.property(fc.array(reads, { maxLength: 3 }), (intervals) => {
      const [byObject, byName] = [new CallAudit(), new CallAudit()]
      const callers = [{}, {}, {}, {}]
      for (const interval of intervals) {
        for (const [app, operation, isByObject] of interval) {
          const subject = `orders.status@1/${operation}`
          const one = record({ actor: `app:acme/${app}`, subject })
          byName.add(one)
          if (isByObject) byObject.addRead(callers[app] as object, operation, () => one)
          else byObject.add(one)
        }
        t.same(byObject.take(), byName.take())
      }
    }),
  )
})

t.test('reads beyond the room for groups are counted all the same', async (t) => {
  const audit = new CallAudit()
  for (let app = 0; app < 2500; app++) {
    const caller = {}
    for (let call = 0; call < 2; call++) {
      audit.addRead(caller, 'read', () => record({ actor: `app:acme/${app}` }))
    }
  }
  const counts = audit.take().map(({ detail }) => Number(detail.count))
  t.equal(
    counts.reduce((sum, count) => sum + count),
    5000,
  )
  t.ok(counts.length < 2100, String(counts.length))
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

t.test('refusals without end cost some entries a second, and all are counted', async (t) => {
  for (const tenant of ['acme', null]) {
    const audit = new CallAudit()
    const sizes: number[] = []
    let counted = 0
    for (let second = 0; second < 60; second++) {
      for (let call = 0; call < 1000; call++) {
        const address = `2001:db8::${call}`
        audit.add(record({ tenant, outcome: 'CORE_RATE_LIMITED', address }))
      }
      const entries = audit.take()
      sizes.push(entries.length)
      counted += entries.reduce((sum, { detail }) => sum + Number(detail.count), 0)
    }
    t.equal(counted, 60_000)
    t.ok((sizes.at(-1) ?? 0) <= 21, `${sizes.at(-1)} a second after a minute`)
  }
})

t.test('a stranger is told by address while there are few', async (t) => {
  const audit = new CallAudit()
  const stranger = { tenant: null, actor: 'anonymous', outcome: 'CORE_AUTHENTICATION_REQUIRED' }
  for (const address of ['192.0.2.1', '192.0.2.1', '192.0.2.2']) {
    audit.add(record({ ...stranger, address }))
  }
  t.same(
    audit.take().map(({ detail }) => detail),
    [
      { count: 2, address: '192.0.2.1' },
      { count: 1, address: '192.0.2.2' },
    ],
  )
})
