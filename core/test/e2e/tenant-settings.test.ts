import t from 'tap'
import { HostProcess } from '../support/host-process.ts'
import { person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
const made = (id: string) =>
  host.client.request<{ adminToken: string }>('POST', '/v1/tenants', { id, name: id })
const [acme, globex] = [await made('acme'), await made('globex')]
const admin = host.as(acme.adminToken)
const path = '/v1/tenants/acme'
const refusal = (asked: Promise<unknown>) =>
  asked.then(
    () => undefined,
    (error: { problem: { status: number; code: string } }) => error.problem,
  )

t.test('a tenant has no time zone until its admin says one', async (t) => {
  t.same(await admin.request('GET', path), { id: 'acme', name: 'acme', timeZone: null })
  const change = { timeZone: 'Asia/Shanghai', name: 'Acme Ltd' }
  t.same(await admin.request('PATCH', path, change), { id: 'acme', ...change })
  const { browser } = await person(host.url, admin, {
    tenant: 'acme',
    login: 'ann',
    roles: ['member'],
  })
  const me = await browser.ask('GET', '/v1/me')
  t.match(me.body, { timeZone: 'Asia/Shanghai' }, 'whoever has signed in is told')
  const refused = await browser.ask('PATCH', path, { timeZone: 'UTC' })
  t.match(refused, { status: 403 }, 'and does not change it')
  const { items } = await admin.request<{ items: object[] }>(
    'GET',
    '/v1/audit?action=tenant.changed',
  )
  t.match(items, [{ action: 'tenant.changed', subject: 'acme', detail: change }])
  t.match(await admin.request('PATCH', path, { timeZone: null }), {
    name: 'Acme Ltd',
    timeZone: null,
  })
})

t.test('what is no zone is refused, and so is a stranger', async (t) => {
  const change = (timeZone: unknown) => refusal(admin.request('PATCH', path, { timeZone }))
  t.match(await change('Mars/Olympus'), { status: 422, code: 'CORE_TIME_ZONE_UNKNOWN' })
  for (const odd of ['+08:00', '', 8, '<b>', 'A'.repeat(101)]) {
    t.match(await change(odd), { status: 400 }, String(odd).slice(0, 20))
  }
  t.match(await refusal(admin.request('PATCH', path, {})), { status: 400 })
  const stranger = host.as(globex.adminToken)
  t.match(await refusal(stranger.request('PATCH', path, { timeZone: 'UTC' })), { status: 403 })
  t.match(await refusal(host.client.request('GET', '/v1/tenants/none')), {
    status: 404,
    code: 'CORE_TENANT_MISSING',
  })
})

t.test('a change upon what somebody else changed meanwhile is refused', async (t) => {
  const seen = await fetch(`${host.url}${path}`, {
    headers: { authorization: `Bearer ${acme.adminToken}` },
  })
  await admin.request('PATCH', path, { timeZone: 'Europe/Berlin' })
  const late = await fetch(`${host.url}${path}`, {
    method: 'PATCH',
    headers: {
      authorization: `Bearer ${acme.adminToken}`,
      'content-type': 'application/json',
      'if-match': seen.headers.get('etag') ?? '',
    },
    body: JSON.stringify({ timeZone: 'UTC' }),
  })
  t.equal(late.status, 412)
})
