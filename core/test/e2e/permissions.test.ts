import t from 'tap'
import { enablePlugin } from '../support/fixture-plugin.ts'
import { HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import { publishPermissions } from '../support/permission-plugin.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl, home })
const { adminToken } = await host.client.request<{ adminToken: string }>('POST', '/v1/tenants', {
  id: 'acme',
  name: 'Acme',
})
const admin = host.as(adminToken)

interface Listed {
  readonly items: readonly {
    readonly id: string
    readonly label: object
    readonly plugins: string[]
  }[]
  readonly next?: string
}

const publishPlugin = (name: string, permissions: readonly string[], requires?: string) =>
  publishPermissions({ host, home }, name, permissions, requires)

const install = (name: string) => host.client.request('POST', '/v1/plugins', { name })
const list = (query = '') => admin.request<Listed>('GET', `/v1/tenants/acme/permissions${query}`)

t.test('an operation that requires what is not declared is refused, with its place', async (t) => {
  const problem = await refusal(publishPlugin('@perm/typo', ['stock.override'], 'stock.overide'))
  t.match(problem.errors, [
    { at: /contracts\/one\.json/, detail: /\/operations\/run\/requires.*stock\.overide/ },
  ])
})

t.test('a tenant sees the permissions of what it enabled, page by page', async (t) => {
  await publishPlugin('@perm/one', ['stock.override', 'stock.count'], 'stock.override')
  await install('@perm/one')
  t.same(await list(), { items: [] }, 'installed is not enabled')
  await enablePlugin(admin, 'acme', '@perm/one', [])
  const { items, next } = await list('?limit=1')
  t.match(items, [
    { id: 'stock.count', label: { 'zh-CN': '可stock.count' }, plugins: ['@perm/one'] },
  ])
  t.equal(next, 'stock.count')
  t.match((await list(`?cursor=${next}`)).items, [{ id: 'stock.override' }])
})

t.test('a permission belongs to the scope that declared it first', async (t) => {
  await publishPlugin('@thief/one', ['stock.count'])
  t.match(await refusal(install('@thief/one')), { code: 'CORE_PERMISSION_TAKEN' })
  await publishPlugin('@thief/host', ['signalbox.admin'])
  t.match(await refusal(install('@thief/host')), { code: 'CORE_PERMISSION_TAKEN' })
  await publishPlugin('@perm/two', ['stock.count'])
  await install('@perm/two')
  await enablePlugin(admin, 'acme', '@perm/two', [])
  const [first] = (await list()).items
  t.match(first, { id: 'stock.count', plugins: ['@perm/one', '@perm/two'] })
})

t.test('a list of another tenant, and one that is malformed, are refused', async (t) => {
  const path = '/v1/tenants/globex/permissions'
  t.match(await refusal(admin.request('GET', path)), { status: 403 })
  t.match(await refusal(list('?cursor=%27%20or%201')), { status: 400 })
})
