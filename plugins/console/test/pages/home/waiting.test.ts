import t from 'tap'
import type { UserViewer } from '../../../web/api/viewer.ts'
import { firstSteps } from '../../../web/pages/home/first-steps.ts'
import { waitingIn, waitsFor } from '../../../web/pages/home/waiting.ts'

const user = (role: string, units: string[] | null = null): UserViewer => ({
  kind: 'user',
  tenant: 'acme',
  id: 'usr_1',
  login: 'ann',
  displayName: 'Ann',
  roles: [{ role, units }],
  permissions: [],
})
const kinds = (...of: Parameters<typeof waitsFor>) => waitsFor(...of).map(({ kind }) => kind)

t.test(
  'each viewer is asked for what waits for him, and for nothing that he may not read',
  async (t) => {
    t.same(kinds({ kind: 'operator' }, undefined), ['request', 'review', 'update'])
    t.same(kinds({ kind: 'operator' }, 'acme'), ['approval', 'request', 'review', 'update'])
    t.same(kinds(user('admin'), 'acme'), ['approval', 'request'])
    t.same(kinds(user('auditor'), 'acme'), ['approval'])
    t.same(kinds(user('member'), 'acme'), [])
    t.same(
      kinds(user('admin', ['plant-1']), 'acme'),
      [],
      'a role over a unit is none over the tenant',
    )
  },
)

t.test('of reviews only those wait that nobody has decided', async (t) => {
  const [review] = waitsFor({ kind: 'operator' }, undefined).filter(({ kind }) => kind === 'review')
  t.match(review, { path: '/v1/marketplace/reviews', query: { status: 'open' } })
})

t.test('of updates only those wait that cannot go on', async (t) => {
  const items = [
    { plugin: '@acme/a', fault: null },
    { plugin: '@acme/b', fault: { code: 'X' } },
  ]
  t.same(
    waitingIn('update', items).map(({ id, place }) => [id, place]),
    [['@acme/b', '/plugins/%40acme%2Fb']],
  )
})

t.test('the guide is over when each of its steps was done once', async (t) => {
  const none = { plugins: 0, enabled: 0, subscriptions: 0, rollouts: 0 }
  t.notOk(firstSteps(none).some(({ isDone }) => isDone))
  t.ok(
    firstSteps({ plugins: 1, enabled: 1, subscriptions: 1, rollouts: 1 }).every(
      ({ isDone }) => isDone,
    ),
  )
})

t.test('a step that nobody knows of is neither done nor open', async (t) => {
  const seen = { plugins: 3, enabled: undefined, subscriptions: undefined, rollouts: 1 }
  t.same(
    firstSteps(seen).map(({ isDone }) => isDone),
    [true, undefined, undefined, true],
  )
})
