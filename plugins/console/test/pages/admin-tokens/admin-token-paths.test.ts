import t from 'tap'
import {
  adminTokenPath,
  adminTokensPath,
} from '../../../web/pages/admin-tokens/admin-token-paths.ts'

t.test('a name that would lead elsewhere stays a name', async (t) => {
  t.equal(adminTokensPath('acme'), '/v1/tenants/acme/tokens')
  t.equal(adminTokenPath('acme', '../../apps'), '/v1/tenants/acme/tokens/..%2F..%2Fapps')
})
