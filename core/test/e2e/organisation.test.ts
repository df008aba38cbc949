import t from 'tap'
import { Browser } from '../support/browser.ts'
import { HostProcess, refusal } from '../support/host-process.ts'
import { PASSWORD, person, serviceAccount } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'
import { keyFile } from '../support/sealing.ts'

const { hostUrl } = await testDatabases(t)
const environment = { SIGNALBOX_KEY_FILE: await keyFile(t) }
const host = await HostProcess.start(t, { databaseUrl: hostUrl, environment })
const { client } = host
await client.request('POST', '/v1/tenants', { id: 'acme', name: 'Acme' })
const { browser: ann } = await person(host.url, client, {
  tenant: 'acme',
  login: 'ann',
  roles: ['admin'],
})

t.test(
  'an organisation comes from tables: tried first, all or nothing, as often as it is sent',
  async (t) => {
    const path = '/v1/tenants/acme/organisation:import'
    const files = {
      units: 'id,name,parent\nshift-a,"Shift, A",suzhou\nsuzhou,=cmd,\n',
      users: 'login,display_name,email,unit\niris,Iris,iris@acme.example,shift-a\n',
      positions: 'id,name,unit,roles\nhead-a,Head of A,shift-a,auditor\n',
      holders: 'position,login,valid_from,valid_to\nhead-a,iris,2020-01-01,\n',
    }
    const one = { written: 1, unchanged: 0 }
    const all = { units: { written: 2 }, users: one, positions: one, holders: one }
    t.match((await ann.ask('POST', path, { ...files, dryRun: true })).body, {
      dryRun: true,
      ...all,
    })
    t.match((await ann.ask('GET', '/v1/users?unit=shift-a')).body, { items: [] }, 'nothing yet')
    const broken = { ...files, holders: `${files.holders}head-a,nobody,2020-01-01,\n` }
    const refused = await ann.ask('POST', path, broken)
    t.match(refused.body, {
      code: 'CORE_IMPORT_INVALID',
      errors: [{ pointer: '/holders/3/login' }],
    })
    t.match((await ann.ask('POST', path, files)).body, { dryRun: false, ...all })
    const none = { written: 0 }
    t.match((await ann.ask('POST', path, files)).body, {
      units: none,
      users: none,
      positions: none,
      holders: none,
    })
    const { body } = await ann.ask<{ text: string }>('GET', '/v1/tenants/acme/organisation/units')
    t.match(body.text, `suzhou,"'=cmd",`)
    const { body: users } = await ann.ask<{ items: object[] }>('GET', '/v1/users?unit=shift-a')
    t.match(users.items, [{ login: 'iris', state: 'invited' }])
    const [iris] = users.items as { id: string }[]
    const { body: link } = await ann.ask<{ ticket: string }>('POST', `/v1/users/${iris?.id}/link`)
    const moved = { users: files.users.replace('iris@acme', 'iris.li@acme') }
    t.match((await ann.ask('POST', path, moved)).body, { users: one })
    const wish = { ticket: link.ticket, password: PASSWORD }
    const late = await new Browser(host.url).ask('POST', '/v1/sign-in/invitation', wish)
    t.match(late.body, { code: 'CORE_TICKET_INVALID' }, 'it was sent to another address')
  },
)

t.test('people are found by a part of their name or login, as it was typed', async (t) => {
  const found = async (q: string) => {
    const path = `/v1/users?q=${encodeURIComponent(q)}`
    const { body } = await ann.ask<{ items: { login: string }[] }>('GET', path)
    return body.items.map(({ login }) => login).sort()
  }
  t.same(await found('RIS'), ['iris'])
  t.same(await found('person a'), ['ann'])
  t.same(await found('i_is'), [], 'what stands for any letter elsewhere is itself')
  t.same(await found('%'), [])
})

t.test('whoever has signed in is told the names of his own people, and nothing else', async (t) => {
  await client.request('POST', '/v1/tenants', { id: 'initech', name: 'Initech' })
  const { id, browser: bob } = await person(host.url, client, { tenant: 'acme', login: 'bob' })
  const other = await person(host.url, client, {
    tenant: 'initech',
    login: 'gil',
    roles: ['admin'],
  })
  const path = (...ids: string[]) => `/v1/users:names?${ids.map((one) => `user=${one}`).join('&')}`
  const absent = 'usr_0000000000000000'
  const named = { items: [{ id, displayName: 'Person bob' }] }
  await client.request('POST', `/v1/users/${other.id}:leave?tenant=initech`)
  const asked = path(id, other.id, absent)
  t.strictSame((await bob.ask('GET', asked)).body, named, 'he has no role')
  t.strictSame(await client.request('GET', `${asked}&tenant=acme`), named)
  t.equal((await bob.ask('GET', '/v1/users')).status, 403)
  t.match((await bob.ask('GET', `${path(other.id)}&tenant=initech`)).body, {
    code: 'CORE_FORBIDDEN',
    status: 403,
  })
  t.equal((await new Browser(host.url).ask('GET', path(id))).status, 401)
  await ann.ask('POST', `/v1/users/${id}:leave`)
  t.strictSame((await ann.ask('GET', path(id))).body, named, 'what he did stays his')
  for (const [wrong, pointer] of [
    [path(...Array<string>(101).fill(absent)), '/user'],
    [path(id, 'bob'), '/user/1'],
    ['/v1/users:names', '/user'],
  ] as const) {
    t.match((await ann.ask('GET', wrong)).body, {
      code: 'CORE_INPUT_INVALID',
      errors: [{ pointer }],
    })
  }
})

t.test('a program is told names by a token for that alone', async (t) => {
  const { id } = (await ann.ask<{ id: string }>('GET', '/v1/me')).body
  const asked = async (login: string, action: string) => {
    const wish = { tenant: 'acme', login, roles: ['auditor'] }
    const { token } = await serviceAccount(client, wish, [action])
    return host.as(token).request('GET', `/v1/users:names?user=${id}`)
  }
  t.match(await asked('names', 'user.name'), { items: [{ displayName: 'Person ann' }] })
  t.match(await refusal(asked('books', 'audit.read')), { code: 'CORE_FORBIDDEN' })
})

t.test('no unit and no position is removed from under what is in it', async (t) => {
  for (const [id, parent] of [
    ['site', null],
    ['hall', 'site'],
    ['spare', null],
  ] as const)
    await ann.ask('POST', '/v1/units', { id, name: id, parent })
  const { id: user } = await person(host.url, client, {
    tenant: 'acme',
    login: 'jon',
    unit: 'hall',
  })
  await ann.ask('PUT', '/v1/positions/keeper', { name: 'Keeper', unit: 'hall', roles: ['auditor'] })
  const holders = '/v1/positions/keeper/holders'
  const begun = { user, validFrom: '2020-01-01T00:00:00Z' }
  await ann.ask('POST', holders, begun)
  const assigned = await ann.ask<{ id: string }>('POST', '/v1/role-assignments', {
    user,
    role: 'member',
    unit: 'hall',
  })
  const remove = (path: string) => ann.ask('DELETE', path)
  t.match(await remove('/v1/units/site'), {
    status: 409,
    body: { code: 'CORE_UNIT_IN_USE', title: /Units: 1, users: 0/ },
  })
  const inUse = { code: 'CORE_UNIT_IN_USE', title: /users: 1, positions: 1, role assignments: 1/ }
  t.match((await remove('/v1/units/hall')).body, inUse)
  const held = { status: 409, body: { code: 'CORE_POSITION_IN_USE', title: /Users: 1/ } }
  t.match(await remove('/v1/positions/keeper'), held)
  await ann.ask('POST', holders, { ...begun, validTo: '2020-02-01T00:00:00Z' })
  t.equal(
    (await remove('/v1/positions/keeper')).status,
    204,
    'whoever held it once is no hindrance',
  )
  t.match(await remove('/v1/positions/keeper'), { body: { code: 'CORE_POSITION_MISSING' } })
  await remove(`/v1/role-assignments/${assigned.body.id}`)
  await ann.ask('PATCH', `/v1/users/${user}`, { unit: 'spare' })
  t.equal((await remove('/v1/units/hall')).status, 204)
  t.equal((await remove('/v1/units/site')).status, 204)
  t.match(await remove('/v1/units/site'), { status: 404, body: { code: 'CORE_UNIT_MISSING' } })
  const { body } = await ann.ask<{ items: { action: string; subject: string }[] }>(
    'GET',
    '/v1/audit',
  )
  const done = body.items.filter(({ action }) => action.endsWith('.removed'))
  t.same(done.map(({ subject }) => subject).sort(), ['hall', 'keeper', 'site'])
  const { browser: kim } = await person(host.url, client, { tenant: 'acme', login: 'kim' })
  t.equal((await kim.ask('DELETE', '/v1/units/spare')).status, 403)
  await client.request('POST', '/v1/tenants', { id: 'globex', name: 'Globex' })
  t.equal((await ann.ask('DELETE', '/v1/units/spare?tenant=globex')).status, 403)
})

t.test('who says what a change was made upon changes nothing that has changed since', async (t) => {
  const { id } = await person(host.url, client, { tenant: 'acme', login: 'lee' })
  await ann.ask('POST', '/v1/units', { id: 'dock', name: 'Dock' })
  await ann.ask('PUT', '/v1/positions/clerk', { name: 'Clerk', unit: 'dock' })
  await ann.ask('PUT', '/v1/roles/reader', { name: 'Reader', actions: ['usage.read'] })
  const hook = { url: 'https://example.com/hook', types: ['orders.*'] }
  const { body: made } = await ann.ask<{ id: string }>('POST', '/v1/webhooks', hook)
  for (const [method, path, body] of [
    ['PATCH', `/v1/webhooks/${made.id}`, { description: 'Orders' }],
    ['PATCH', `/v1/users/${id}`, { displayName: 'Lee' }],
    ['PATCH', '/v1/units/dock', { name: 'The dock' }],
    ['PUT', '/v1/positions/clerk', { name: 'The clerk', unit: 'dock' }],
    ['PUT', '/v1/roles/reader', { name: 'The reader', actions: ['usage.read'] }],
  ] as const) {
    const read = async () => (await ann.ask('GET', path)).headers.get('etag') ?? 'none'
    const first = await read()
    t.match(first, /^"[\w-]{22}"$/, path)
    const changed = await ann.ask(method, path, body, { 'if-match': first })
    t.equal(changed.status, 200)
    t.equal(
      changed.headers.get('etag'),
      await read(),
      'the answer has the tag of what is there now',
    )
    const refused = await ann.ask(method, path, body, { 'if-match': first })
    t.match(refused, { status: 412, body: { code: 'CORE_CHANGED_MEANWHILE' } })
    t.equal((await ann.ask(method, path, body)).status, 200, 'without it whoever comes last wins')
    const now = await read()
    const upon = async (tags: string) =>
      (await ann.ask(method, path, body, { 'if-match': tags })).status
    t.equal(await upon(`W/${now}`), 412, 'a weak tag matches nothing')
    t.equal(await upon(`W/${now}, "x"`), 412)
    t.equal(await upon(`"a,b" ,, W/"x",${now}`), 200, 'one of several')
    t.equal(await upon('*'), 200, 'whatever is there')
    for (const odd of ['x', '"', `${now} "x"`, '*, "x"', 'w/"x"'])
      t.equal(await upon(odd), 400, odd)
    if (/users|webhooks/.test(path)) continue
    const gone = await ann.ask('DELETE', path, undefined, { 'if-match': first })
    t.match(gone, { status: 412, body: { code: 'CORE_CHANGED_MEANWHILE' } })
  }
  for (const path of ['/v1/positions/clerk', '/v1/units/dock', '/v1/roles/reader']) {
    const tag = (await ann.ask('GET', path)).headers.get('etag') ?? ''
    t.equal((await ann.ask('DELETE', path, undefined, { 'if-match': tag })).status, 204)
    t.equal((await ann.ask('GET', path)).status, 404)
  }
  const odd = await ann.ask('PUT', '/v1/roles/odd', { name: 'Half a pair: \ud800' })
  t.match(odd.body, { code: 'CORE_INPUT_INVALID', errors: [{ pointer: '/name' }] }, 'is no text')
  t.equal((await ann.ask('PUT', '/v1/roles/odd', { name: '仓库 🚂' })).status, 200)
  const mail = await ann.ask('PATCH', `/v1/users/${id}`, { email: 'lee\ud800@acme.example' })
  t.match(mail.body, { code: 'CORE_INPUT_INVALID', errors: [{ pointer: '/email' }] })
  const none = { name: 'Clerk', unit: 'spare' }
  const answer = await ann.ask('PUT', '/v1/positions/clerk', none, {
    'if-match': `"${'x'.repeat(22)}"`,
  })
  t.equal(answer.status, 412, 'what is not there was not seen')
  const any = await ann.ask('PUT', '/v1/positions/clerk', none, { 'if-match': '*' })
  t.equal(any.status, 412, 'nor is it anything')
})

t.test(
  'an app is moved from unit to unit by who may in both, and leaves an empty one',
  async (t) => {
    for (const id of ['old', 'new', 'far']) await ann.ask('POST', '/v1/units', { id, name: id })
    const path = '/v1/tenants/acme/apps/board'
    t.match(await ann.ask('GET', path), { status: 404, body: { code: 'CORE_APP_MISSING' } })
    await ann.ask('POST', '/v1/apps', { id: 'board', name: 'Board', unit: 'old' })
    const { id: user, browser: uwe } = await person(host.url, client, {
      tenant: 'acme',
      login: 'uwe',
    })
    const give = (unit: string) =>
      ann.ask<{ id: string }>('POST', '/v1/role-assignments', { user, role: 'admin', unit })
    const { body: given } = await give('old')
    await give('new')
    t.match((await ann.ask('DELETE', '/v1/units/old')).body, { code: 'CORE_UNIT_IN_USE' })
    const tag = (await uwe.ask('GET', path)).headers.get('etag') ?? 'none'
    const move = (unit: string | null, headers = {}) => uwe.ask('PATCH', path, { unit }, headers)
    t.equal((await move('far')).status, 403, 'into a unit that is not his')
    t.equal((await move(null)).status, 403, 'nor out of all units')
    t.match((await ann.ask('PATCH', path, { unit: 'nowhere' })).body, { code: 'CORE_UNIT_MISSING' })
    t.match(await move('new', { 'if-match': tag }), {
      status: 200,
      body: { tenant: 'acme', id: 'board', name: 'Board', unit: 'new' },
    })
    t.equal((await move('new', { 'if-match': tag })).status, 412)
    await ann.ask('DELETE', `/v1/role-assignments/${given.id}`)
    t.equal((await ann.ask('DELETE', '/v1/units/old')).status, 204)
    await ann.ask('PATCH', path, { unit: 'far', name: 'The board' })
    t.equal((await uwe.ask('GET', path)).status, 403, 'moved away, it is no longer his')
    t.equal((await move('new')).status, 403)
    t.match((await ann.ask('PATCH', path, { unit: null })).body, { name: 'The board', unit: null })
    const { body } = await ann.ask<{ items: object[] }>('GET', '/v1/audit?action=app.changed')
    t.match(body.items, [
      { subject: 'board', detail: { unit: null } },
      { subject: 'board', detail: { unit: 'far', name: 'The board' } },
      { actor: `user:acme/${user}`, detail: { unit: 'new' } },
    ])
  },
)
