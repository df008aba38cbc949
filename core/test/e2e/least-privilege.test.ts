import t from 'tap'
import { HostProcess, refusal } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, installProbe, setUpTenant } from '../support/probe.ts'

const { hostUrl, pluginUrl } = await testDatabases(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl },
})
await installProbe(host)
const acme = await setUpTenant(host, 'acme')
const globex = await setUpTenant(host, 'globex')
const admin = host.as(acme.adminToken)
const path = '/v1/tenants/acme/plugins/@probe%2Fone'

interface Uses {
  readonly version: string
  readonly uses: readonly { capability: string; facet: string; count: number; failures: number }[]
  readonly proposals: readonly {
    kind: string
    capability: string
    request: { method: string; path: string; body?: object }
  }[]
}

const uses = (days: number) => admin.request<Uses>('GET', `${path}/uses?minDays=${days}`)

t.test('what a version used is counted by grant and facet, in its tenant alone', async (t) => {
  for (let n = 0; n < 3; n++) await callProbe(host, acme.key, 'callEcho', { text: 'x' })
  await callProbe(host, globex.key, 'query', { sql: 'select 1' })
  const seen = await uses(7)
  t.equal(seen.version, '1.0.0')
  t.match(seen.uses, [{ capability: 'service:call', facet: 'echo', count: 3, failures: 0 }])
  t.equal(seen.uses.length, 1)
  t.same(seen.proposals, [], 'a week has not passed')
  const metrics = await (await fetch(`${host.url}/metrics`)).text()
  t.match(
    metrics,
    /signalbox_host_calls_total\{plugin="@probe\/one",version="1.0.0",capability="service:call",outcome="done"\} 3/,
  )
  t.match(metrics, /signalbox_host_call_duration_seconds_count\{capability="service:call"\} 3/)
})

t.test(
  'a grant that was not used is proposed to be taken back, with the request that does it',
  async (t) => {
    const { proposals } = await uses(0)
    t.match(proposals, [{ kind: 'revoke', capability: 'db:own' }])
    const request = proposals[0]?.request
    t.equal(request?.method, 'DELETE')
    await admin.request('DELETE', request?.path ?? '')
    t.same((await uses(0)).proposals, [])
    const grant = request?.path.split('/').at(-1)
    const { items } = await admin.request<{ items: { action: string; detail: object }[] }>(
      'GET',
      '/v1/audit?limit=200',
    )
    const said = (action: string) =>
      items.filter((entry) => entry.action === action).map(({ detail }) => detail)
    t.match(said('grant.revoked'), [{ grant, capability: 'db:own' }])
    const given = said('grant.given') as { grants: { grant: string; capability: string }[] }[]
    t.match(
      given.flatMap(({ grants }) => grants).filter((one) => one.grant === grant),
      [{ capability: 'db:own' }],
    )
  },
)

t.test('a grant can be made narrower, never wider, and holds at once', async (t) => {
  const { grants } = await admin.request<{ grants: { id: string; parameters: object }[] }>(
    'GET',
    path,
  )
  const grant = grants[0]?.id
  const narrow = (parameters: object, as = admin) =>
    as.request('PUT', `${path}/grants/${grant}`, { parameters })
  const wide = { service: 'probe.one@^1', operations: ['echo', 'query'] }
  t.equal((await refusal(narrow(wide))).code, 'CORE_GRANT_NOT_NARROWER')
  const stranger = host.as(globex.adminToken)
  t.equal((await refusal(narrow(wide, stranger))).code, 'CORE_FORBIDDEN')
  const unknown = `${path}/grants/grt_${'0'.repeat(16)}`
  const missing = await refusal(admin.request('PUT', unknown, { parameters: wide }))
  t.equal(missing.code, 'CORE_GRANT_UNKNOWN')
  const same = { service: 'probe.one@^1', operations: ['echo'] }
  t.match(await narrow(same), { capability: 'service:call', parameters: same })
  t.match(await callProbe(host, acme.key, 'callEcho', { text: 'x' }), { status: 200 })
  const again = await admin.request<{ grants: { id: string }[] }>('GET', path)
  t.equal(again.grants.length, 1)
  t.not(again.grants[0]?.id, grant)
})
