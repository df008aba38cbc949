import t from 'tap'
import { hostCallEnd, isOpenTo } from '../../../web/pages/invocations/invocation.ts'

t.test(
  'what a guest asked of the host was answered, failed, or was still open at the end',
  async (t) => {
    const call = { name: 'db.query', request: {} }
    t.equal(hostCallEnd({ ...call, answer: null }), 'answered')
    t.equal(hostCallEnd({ ...call, error: { code: 'X', message: '' } }), 'failed')
    t.equal(hostCallEnd(call), 'open')
  },
)

t.test('a release is open until it ends or is taken back', async (t) => {
  const release = {
    id: 'rel_1',
    grantee: 'operator',
    reason: null,
    releasedBy: 'user:acme/usr_1',
    releasedAt: '2026-06-01T00:00:00Z',
    expiresAt: '2026-06-02T00:00:00Z',
    withdrawnAt: null,
  }
  const during = Date.parse('2026-06-01T12:00:00Z')
  t.ok(isOpenTo(release, during))
  t.notOk(isOpenTo(release, Date.parse('2026-06-02T00:00:00Z')))
  t.notOk(isOpenTo({ ...release, withdrawnAt: '2026-06-01T06:00:00Z' }, during))
})
