import t from 'tap'
import type { UserViewer } from '../../../web/api/viewer.ts'
import { maySample, shareOfPercent } from '../../../web/pages/plugins/sampling.ts'

const user = (role: string): UserViewer => ({
  ...{ kind: 'user', tenant: 'acme', id: 'usr_1', login: 'ann', displayName: 'Ann' },
  ...{ roles: [{ role, units: null }], permissions: [] },
})

t.test("good calls are kept by the tenant's word, and not by the operator's", async (t) => {
  t.ok(maySample(user('admin')))
  t.notOk(maySample({ kind: 'operator' }))
  t.notOk(maySample(user('auditor')))
})

t.test('a share is sent in basis points', async (t) => {
  t.equal(shareOfPercent(10), 1000)
  t.equal(shareOfPercent(0.29), 29)
})
