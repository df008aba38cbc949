import t from 'tap'
import { isOwn, waitsSince } from '../../../web/pages/approvals/approval.ts'

t.test('who started a rollout is not asked to approve it, and others are', async (t) => {
  const rollout = { startedBy: 'user:acme/usr_1' }
  t.ok(isOwn(rollout, { kind: 'user', tenant: 'acme', id: 'usr_1' }))
  t.notOk(isOwn(rollout, { kind: 'user', tenant: 'acme', id: 'usr_2' }))
  t.notOk(isOwn(rollout, { kind: 'user', tenant: 'bolt', id: 'usr_1' }))
  t.notOk(isOwn({ startedBy: 'operator' }, { kind: 'user', tenant: 'acme', id: 'usr_1' }))
})

t.test('the moment since when it waits is written as an instant', async (t) => {
  t.equal(waitsSince({ stepStartedAt: 0 }), '1970-01-01T00:00:00.000Z')
  t.equal(waitsSince({ stepStartedAt: null }), undefined)
})
