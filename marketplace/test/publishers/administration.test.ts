import t from 'tap'
import { publishBody } from '../support/plugin-package.ts'
import { OPERATOR_TOKEN, startRegistry } from '../support/registry.ts'

interface Named {
  readonly name: string
}

const registry = await startRegistry(t)
const accounts = '/v1/marketplace/publishers'

function ask(path: string, method = 'GET', token: string | undefined = OPERATOR_TOKEN) {
  return registry.call(`${accounts}${path}`, { method, token })
}

const status = async (token: string) => (await registry.call('/-/whoami', { token })).status

t.test('the operator ends a token of a publisher, and that one only', async (t) => {
  const first = await registry.publisher('acme', ['@acme'])
  const made = await ask('/acme/tokens', 'POST')
  t.match(made, { status: 201, body: { id: /^[0-9a-f]{64}$/, token: /^sbm_/ } })
  const listed = await ask('/acme/tokens')
  t.equal(listed.body.items.length, 2)
  t.match(
    listed.body.items.find(({ id }: { id: string }) => id === made.body.id),
    { createdAt: /^\d{4}-/, expiresAt: null },
  )
  t.notOk(JSON.stringify(listed.body).includes('sbm_'), 'a list shows no secret')

  t.equal(await status(made.body.token), 200)
  t.equal((await ask(`/acme/tokens/${made.body.id}`, 'DELETE')).status, 204)
  t.equal(await status(made.body.token), 401)
  t.equal(await status(first), 200)
  t.equal((await ask('/acme/tokens')).body.items.length, 1)
  t.match(await ask(`/acme/tokens/${made.body.id}`, 'DELETE'), {
    status: 404,
    body: { code: 'MKT_PUBLISHER_TOKEN_NOT_FOUND' },
  })
  t.match(registry.audited.slice(-2), [
    { action: 'publisher-token.issued', actor: 'operator', details: { token: made.body.id } },
    { action: 'publisher-token.revoked', actor: 'operator', details: { token: made.body.id } },
  ])
})

t.test("a token is not ended under another publisher's name", async (t) => {
  await registry.publisher('rival', [])
  const { body } = await ask('/rival/tokens', 'POST')
  t.equal((await ask(`/acme/tokens/${body.id}`, 'DELETE')).status, 404)
  t.equal(await status(body.token), 200)
})

t.test('publishers are listed with their scopes, page by page', async (t) => {
  const all = await ask('')
  t.match(all.body, {
    items: [
      { name: 'acme', scopes: ['@acme'], hasPassword: false },
      { name: 'operator', scopes: [] },
      { name: 'rival', scopes: [] },
    ],
  })
  t.notOk(JSON.stringify(all.body).includes('argon2'))
  const names: string[] = []
  for (let query: string | undefined = '?limit=1'; query !== undefined; ) {
    const { items, next }: { items: { name: string }[]; next?: string } = (await ask(query)).body
    names.push(...items.map(({ name }) => name))
    query = next === undefined ? undefined : `?limit=1&cursor=${next}`
  }
  t.same(names, ['acme', 'operator', 'rival'])
  t.equal((await ask('?limit=201')).status, 400)
})

t.test("a publisher's tokens are listed page by page", async (t) => {
  await ask('/acme/tokens', 'POST')
  const { items, next } = (await ask('/acme/tokens?limit=1')).body
  const rest = (await ask(`/acme/tokens?limit=5&cursor=${next}`)).body
  const ids = [...items, ...rest.items].map(({ id }) => id)
  t.equal(new Set(ids).size, 2)
  t.notOk('next' in rest)
})

t.test('a scope is added once, to one publisher, up to a bound', async (t) => {
  t.equal((await ask('/acme/scopes/@acme-labs', 'PUT')).status, 204)
  t.equal((await ask('/acme/scopes/@acme-labs', 'PUT')).status, 204)
  t.match(registry.audited.at(-1), {
    action: 'publisher-scope.granted',
    subject: 'acme',
    details: { scope: '@acme-labs' },
  })
  const granted = registry.audited.filter(({ action }) => action === 'publisher-scope.granted')
  t.equal(granted.length, 1)
  t.match(await ask('/rival/scopes/@acme-labs', 'PUT'), {
    status: 409,
    body: { code: 'MKT_SCOPE_TAKEN' },
  })
  const tries = Array.from({ length: 18 }, (_, n) => ask(`/rival/scopes/@rival-${n}`, 'PUT'))
  const answers = await Promise.all(tries)
  t.equal(answers.filter(({ status }) => status === 204).length, 16)
  const full = { status: 422, body: { code: 'MKT_SCOPES_FULL' } }
  t.match(
    answers.filter(({ status }) => status !== 204),
    [full, full],
  )
})

t.test('with a scope its publisher is given the packages that are under it already', async (t) => {
  for (const name of ['@given/one', '@given/two', '@giver/one']) {
    const put = {
      method: 'PUT',
      token: OPERATOR_TOKEN,
      body: publishBody({ name, version: '1.0.0' }),
    }
    t.equal((await registry.call(`/${encodeURIComponent(name)}`, put)).status, 201)
  }
  const seen = async (name: string, headers = {}) => {
    const { status, body } = await registry.call(`/${encodeURIComponent(name)}`, { headers })
    return { status, rev: body._rev, of: (body.maintainers ?? []).map((one: Named) => one.name) }
  }
  const etag = async (name: string) =>
    (await registry.call(`/${encodeURIComponent(name)}`)).headers.get('etag') ?? ''
  const [before, other] = [await seen('@given/one'), await seen('@giver/one')]
  t.same(before.of, ['operator'])
  const known = { 'if-none-match': await etag('@given/one') }
  t.equal((await seen('@given/one', known)).status, 304)
  t.equal((await ask('/acme/scopes/@given', 'PUT')).status, 204)
  t.match(await seen('@given/one', known), { status: 200, of: ['acme'] })
  t.match(await seen('@given/two'), { of: ['acme'] })
  t.not((await seen('@given/one')).rev, before.rev)
  t.same(await seen('@giver/one'), other)
  const ofPublisher = async (publisher: string) => {
    const { body } = await registry.call(`/v1/marketplace/packages?publisher=${publisher}`)
    return body.items.map((one: Named) => one.name).sort()
  }
  t.same(await ofPublisher('acme'), ['@given/one', '@given/two'], 'found by its new holder at once')
  t.same(await ofPublisher('operator'), ['@giver/one'], 'and by the old one no more')
  const found = await registry.call('/-/v1/search?text=maintainer:acme')
  t.same(found.body.objects.map((one: { package: Named }) => one.package.name).sort(), [
    '@given/one',
    '@given/two',
  ])
})

const routes = [
  ['GET', ''],
  ['GET', '/acme/tokens'],
  ['POST', '/acme/tokens'],
  ['DELETE', `/acme/tokens/${'0'.repeat(64)}`],
  ['PUT', '/acme/scopes/@theirs'],
] as const

t.test('all of it is for the operator only', async (t) => {
  const { body } = await ask('/acme/tokens', 'POST')
  for (const [method, path] of routes) {
    t.match(await ask(path, method, body.token), {
      status: 403,
      body: { code: 'MKT_OPERATOR_ONLY' },
    })
    t.equal((await registry.call(accounts + path, { method })).status, 401)
  }
})

t.test('a publisher that is none is 404, a path that is none is 404 too', async (t) => {
  for (const [method, path] of routes.slice(1)) {
    const answer = await ask(path.replace('acme', 'nobody'), method)
    t.match(answer, { status: 404, body: { code: /^MKT_PUBLISHER_(TOKEN_)?NOT_FOUND$/ } }, path)
  }
  t.match(await ask('/acme/other'), { status: 404, body: { code: 'MKT_NOT_FOUND' } })
})
