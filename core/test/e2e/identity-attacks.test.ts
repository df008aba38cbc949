import t from 'tap'
import { Browser } from '../support/browser.ts'
import { HostProcess } from '../support/host-process.ts'
import { PASSWORD, person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
const { client } = host
for (const id of ['acme', 'globex']) await client.request('POST', '/v1/tenants', { id, name: id })
const { id: user, browser: ann } = await person(host.url, client, {
  tenant: 'acme',
  login: 'ann',
  roles: ['admin'],
})
await ann.ask('POST', '/v1/units', { id: 'plant', name: 'Plant' })
await ann.ask('PUT', '/v1/positions/head', { name: 'Head', unit: 'plant' })
await ann.ask('PUT', '/v1/roles/counter', { name: 'Counter', actions: ['usage.read'] })

t.test('a cookie that somebody planted before the sign-in opens nothing after it', async (t) => {
  const { browser: mallory } = await person(host.url, client, { tenant: 'acme', login: 'mallory' })
  const name = mallory.cookie?.split('=', 1)[0]
  for (const planted of [`${name}=${'x'.repeat(43)}`, mallory.cookie]) {
    const victim = new Browser(host.url)
    victim.cookie = planted
    t.match((await victim.signIn('acme', 'ann', PASSWORD)).body, { next: 'in' })
    t.not(victim.cookie, planted)
    const planter = new Browser(host.url)
    planter.cookie = planted
    const { status, body } = await planter.ask('GET', '/v1/me')
    t.ok(status === 401 || body['login'] === 'mallory', 'it is worth what it was')
    await victim.ask('POST', '/v1/me/sign-out')
  }
})

t.test("no id of another tenant is taken for one's own, in no path and no body", async (t) => {
  const globex = await person(host.url, client, {
    tenant: 'globex',
    login: 'gus',
    roles: ['admin'],
  })
  const gus = globex.browser
  await gus.ask('POST', '/v1/units', { id: 'own', name: 'Own' })
  await gus.ask('PUT', '/v1/positions/own', { name: 'Own', unit: 'own' })
  const from = { validFrom: '2020-01-01T00:00:00Z' }
  const changed = { email: 'gus@evil.example' }
  const tries: readonly [string, string, object?][] = [
    ['GET', `/v1/users/${user}`],
    ['PATCH', `/v1/users/${user}`, changed],
    ['POST', `/v1/users/${user}/link`],
    ['POST', `/v1/users/${user}:suspend`],
    ['DELETE', `/v1/users/${user}/sessions`],
    ['DELETE', `/v1/users/${user}/second-factor`],
    ['POST', '/v1/role-assignments', { user, role: 'admin' }],
    ['POST', '/v1/role-assignments', { user: globex.id, role: 'counter' }],
    ['POST', '/v1/role-assignments', { user: globex.id, role: 'member', unit: 'plant' }],
    ['PATCH', `/v1/users/${globex.id}`, { unit: 'plant' }],
    ['POST', '/v1/units', { id: 'below', name: 'Below', parent: 'plant' }],
    ['PATCH', '/v1/units/own', { parent: 'plant' }],
    ['PATCH', '/v1/units/plant', { name: 'Taken' }],
    ['DELETE', '/v1/units/plant'],
    ['PUT', '/v1/positions/other', { name: 'Other', unit: 'plant' }],
    ['PUT', '/v1/positions/own', { name: 'Own', unit: 'own', roles: ['counter'] }],
    ['POST', '/v1/positions/own/holders', { user, ...from }],
    ['POST', '/v1/positions/head/holders', { user: globex.id, ...from }],
    ['DELETE', '/v1/positions/head'],
    ['DELETE', '/v1/roles/counter'],
  ]
  for (const [method, path, body] of tries) {
    const own = await gus.ask(method, path, body)
    t.equal(own.status, 404, `${method} ${path}: ${own.body.code}`)
    // And named as what it is: the query is looked at first, whatever the body says.
    const theirs = await gus.ask(method, `${path}?tenant=acme`, body)
    t.ok([400, 403].includes(theirs.status), `${method} ${path}: ${theirs.body.code}`)
  }
  t.match((await ann.ask('GET', '/v1/me')).body, { login: 'ann' }, 'and she noticed nothing')
})
