import t from 'tap'
import { firstSteps } from '../../../web/pages/home/first-steps.ts'
import { waitingIn, waitsFor } from '../../../web/pages/home/waiting.ts'
import { ann, operator } from '../../viewers.ts'

const host = operator('approval.list', 'subscription.decide')
const kinds = (...of: Parameters<typeof waitsFor>) => waitsFor(...of).map(({ kind }) => kind)

t.test(
  'each viewer is asked for what waits for him, and for nothing that he may not read',
  async (t) => {
    t.same(kinds(host, undefined), ['request', 'review', 'update'])
    t.same(kinds(host, 'acme'), ['approval', 'request', 'review', 'update'])
    const deciding = ann({ actions: ['approval.list', 'subscription.decide'] })
    t.same(kinds(deciding, 'acme'), ['approval', 'request'])
    t.same(kinds(ann({ actions: ['approval.list'] }), 'acme'), ['approval'])
    t.same(kinds(ann({ actions: ['grant.write'] }), 'acme'), ['consent'])
    t.same(kinds(ann(), 'acme'), [])
    t.same(kinds(ann({ actionsInUnits: ['approval.list'] }), 'acme'), [])
  },
)

t.test('of reviews only those wait that nobody has decided', async (t) => {
  const [review] = waitsFor(host, undefined).filter(({ kind }) => kind === 'review')
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

t.test('consent is given where a version serves, or where it is read about', async (t) => {
  const capabilities = ['http:fetch', 'job:schedule']
  const of = (version: string) => {
    const items = [{ plugin: '@acme/a', version, serves: '1.0.0', capabilities }]
    return waitingIn('consent', items)
  }
  t.match(of('1.0.0'), [
    {
      label: '@acme/a 1.0.0: http:fetch, job:schedule',
      place: '/plugins/%40acme%2Fa',
      query: { tab: 'grants' },
    },
  ])
  t.match(of('1.1.0'), [
    { place: '/marketplace/%40acme%2Fa', query: { tab: 'tenant', version: '1.1.0' } },
  ])
})

t.test('the guide is over when each of its steps was done once', async (t) => {
  const none = { tenants: 0, packages: 0, plugins: 0, enabled: 0, subscriptions: 0, rollouts: 0 }
  t.notOk(firstSteps(none).some(({ isDone }) => isDone))
  const all = { tenants: 1, packages: 1, plugins: 1, enabled: 1, subscriptions: 1, rollouts: 1 }
  t.ok(firstSteps(all).every(({ isDone }) => isDone))
})

t.test('what was installed from another marketplace need not be published here', async (t) => {
  const seen = { tenants: 1, packages: 0, plugins: 1, enabled: 0, subscriptions: 0, rollouts: 0 }
  const open = firstSteps(seen).filter(({ isDone }) => !isDone)
  t.same(
    open.map(({ step }) => step),
    ['enable', 'call', 'rollout'],
  )
})

t.test('a step that nobody knows of is neither done nor open', async (t) => {
  const unknown = { packages: undefined, enabled: undefined, subscriptions: undefined }
  const seen = { ...unknown, tenants: 2, plugins: 3, rollouts: 1 }
  t.same(
    firstSteps(seen).map(({ isDone }) => isDone),
    [true, true, true, undefined, undefined, true],
  )
})
