import t from 'tap'
import { readExpectations } from '../../../web/pages/subscriptions/expectations.ts'
import { namedService, quotaLeft, quotaPeriod } from '../../../web/pages/subscriptions/plan.ts'
import { commandsOf, sidesOf } from '../../../web/pages/subscriptions/subscription.ts'
import { ann, operator } from '../../viewers.ts'

const commanding = { actions: ['subscription.command'] }
const one = { state: 'active', wantedPlan: null, suspendedAs: null } as const

t.test(
  'a side is of whose app it is and of whose service, and none of who only reads',
  async (t) => {
    const ours = { tenant: 'acme' }
    t.same(sidesOf(operator(), ours, null), ['subscriber', 'owner'])
    t.same(sidesOf(ann(commanding), ours, null), ['subscriber'])
    t.same(sidesOf(ann({ ...commanding, tenant: 'globex' }), ours, 'globex'), ['owner'])
    t.same(sidesOf(ann(), ours, 'acme'), [])
  },
)

t.test('what waits is the word of the owner alone', async (t) => {
  const asked = { ...one, state: 'requested' } as const
  t.same(commandsOf(asked, ['owner'], true), ['approve', 'reject', 'cancel'])
  t.same(commandsOf(asked, ['subscriber'], true), ['cancel'])
})

t.test('a wish for another plan is decided while the present one serves', async (t) => {
  t.notOk(commandsOf(one, ['owner'], false).includes('approve'))
  t.ok(commandsOf({ ...one, wantedPlan: 'partner' }, ['owner'], false).includes('approve'))
})

t.test('what the owner stopped the subscriber does not let go on', async (t) => {
  const stopped = { ...one, state: 'suspended', suspendedAs: 'owner' } as const
  t.same(commandsOf(stopped, ['subscriber'], false), ['cancel'])
  t.same(commandsOf(stopped, ['owner'], false), ['resume', 'cancel'])
})

t.test('under a plan that asks for approval the end is the owner’s to set', async (t) => {
  t.notOk(commandsOf(one, ['subscriber'], true).includes('renew'))
  t.ok(commandsOf(one, ['subscriber'], false).includes('renew'))
  t.ok(commandsOf(one, ['owner'], true).includes('renew'))
})

t.test('a quota is of a calendar period in UTC', async (t) => {
  const at = Date.parse('2026-12-31T23:10:00Z')
  t.same(quotaPeriod('month', at), { from: '2026-12-01T00:00Z', to: '2027-01-01T00:00Z' })
  t.same(quotaPeriod('hour', at), { from: '2026-12-31T23:00Z', to: '2027-01-01T00:00Z' })
  t.same(quotaLeft({ count: 10 }, 4), { left: 6, share: 0.4 })
  t.same(quotaLeft({ count: 10 }, 12), { left: 0, share: 1 })
})

t.test('a service is named with its major', async (t) => {
  t.same(namedService('orders.status@2'), { service: 'orders.status', major: 2 })
  t.equal(namedService('orders.status'), undefined)
})

t.test('expectations are reads and examples, and nothing else', async (t) => {
  t.same(readExpectations('{"reads":{"status":["/state"]}}'), {
    reads: { status: ['/state'] },
    examples: [],
  })
  for (const text of ['', '[]', '{"read":{}}', '{"reads":{"status":"/state"}}', '{"examples":1}']) {
    t.equal(readExpectations(text), undefined, text)
  }
})
