import t from 'tap'
import { publishBody } from '../support/plugin-package.ts'
import { OPERATOR_TOKEN, serve, startRegistry } from '../support/registry.ts'

const registry = await startRegistry(t)
const { knex } = registry
const accounts = '/v1/marketplace/publishers'
const PASSWORD = 'correct horse battery'
const DAY_MS = 24 * 60 * 60 * 1000

function login(name: string, password: string) {
  return registry.call(`/-/user/org.couchdb.user:${name}`, {
    method: 'PUT',
    body: { _id: `org.couchdb.user:${name}`, name, password, type: 'user', roles: [] },
  })
}

function whoami(token: string) {
  return registry.call('/-/whoami', { token })
}

t.test(
  'the operator makes a publisher; its token is shown once and only its hash is kept',
  async (t) => {
    const made = await registry.call(accounts, {
      method: 'POST',
      token: OPERATOR_TOKEN,
      body: { name: 'acme', password: PASSWORD, scopes: ['@acme', '@acme-labs'] },
    })
    t.match(made, {
      status: 201,
      body: { name: 'acme', scopes: ['@acme', '@acme-labs'], token: /^sbm_[\w-]{43}$/ },
    })
    t.match((await whoami(made.body.token)).body, { username: 'acme' })
    const kept = JSON.stringify([await knex('publishers'), await knex('publisher_tokens')])
    t.notOk(kept.includes(made.body.token) || kept.includes(PASSWORD))
    t.match(kept, '$argon2id$')
    t.match(registry.audited, [
      { action: 'publisher.created', actor: 'operator', subject: 'acme' },
      { action: 'publisher-token.issued', actor: 'operator', subject: 'acme' },
    ])
  },
)

t.test('only the operator makes publishers, and names and scopes are given once', async (t) => {
  const post = (body: unknown, token?: string) =>
    registry.call(accounts, { method: 'POST', token, body })
  const token = await registry.publisher('small', ['@small'])
  t.match(await post({ name: 'x', scopes: [] }), { status: 401 })
  t.match(await post({ name: 'x', scopes: [] }, token), {
    status: 403,
    body: { code: 'MKT_OPERATOR_ONLY' },
  })
  for (const name of ['small', 'operator']) {
    t.match(await post({ name, scopes: [] }, OPERATOR_TOKEN), {
      status: 409,
      body: { code: 'MKT_PUBLISHER_EXISTS' },
    })
  }
  t.match(await post({ name: 'thief', scopes: ['@thief', '@small'] }, OPERATOR_TOKEN), {
    status: 409,
    body: { code: 'MKT_SCOPE_TAKEN' },
  })
  t.equal(await knex('publishers').where({ name: 'thief' }).first(), undefined)
  t.equal(await knex('publisher_scopes').where({ scope: '@thief' }).first(), undefined)
})

t.test('a wrong account is refused with the place of the fault', async (t) => {
  const faulty = [
    [{ name: 'Upper', scopes: [] }, '/name'],
    [{ name: 'x', scopes: ['acme'] }, '/scopes/0'],
    [{ name: 'x', scopes: [], password: 'short' }, '/password'],
  ] as const
  for (const [body, pointer] of faulty) {
    t.match(await registry.call(accounts, { method: 'POST', token: OPERATOR_TOKEN, body }), {
      status: 400,
      body: { code: 'MKT_INPUT_INVALID', errors: [{ pointer }] },
    })
  }
})

t.test('a login gives a new token each time; logging out ends that one only', async (t) => {
  const [one, other] = [await login('acme', PASSWORD), await login('acme', PASSWORD)]
  t.match(one, { status: 201, body: { ok: true, token: /^sbm_/ } })
  t.not(one.body.token, other.body.token)
  const gone = await registry.call(`/-/user/token/${one.body.token}`, {
    method: 'DELETE',
    token: one.body.token,
  })
  t.match(gone, { status: 200, body: { revoked: true } })
  t.match(await whoami(one.body.token), { status: 401, body: { code: 'MKT_TOKEN_INVALID' } })
  t.equal((await whoami(other.body.token)).status, 200)
})

t.test("nobody ends another's login", async (t) => {
  const { body } = await login('acme', PASSWORD)
  const rival = await registry.publisher('rival', [])
  const tried = await registry.call(`/-/user/token/${body.token}`, {
    method: 'DELETE',
    token: rival,
  })
  t.match(tried.body, { revoked: false })
  t.equal((await whoami(body.token)).status, 200)
})

t.test(
  'no account, no password and a wrong password read the same; nobody is registered',
  async (t) => {
    await registry.publisher('keyonly', [])
    for (const [name, password] of [
      ['acme', 'wrong'],
      ['keyonly', ''.padEnd(12, 'x')],
      ['stranger', PASSWORD],
      ['operator', 'not-the-admin-token'],
    ] as const) {
      t.match(await login(name, password), { status: 401, body: { code: 'MKT_LOGIN_REFUSED' } })
    }
    t.equal(await knex('publishers').where({ name: 'stranger' }).first(), undefined)
    const elsewhere = await registry.call('/-/user/org.couchdb.user:small', {
      method: 'PUT',
      body: { name: 'acme', password: PASSWORD },
    })
    t.equal(elsewhere.status, 401)
  },
)

t.test("the operator's login may publish anything and ends after thirty days", async (t) => {
  const { body } = await login('operator', OPERATOR_TOKEN)
  t.match(body.token, /^sbm_/)
  const published = await registry.call('/@nobody%2fgate', {
    method: 'PUT',
    token: body.token,
    body: publishBody({ name: '@nobody/gate', version: '1.0.0' }),
  })
  t.equal(published.status, 201)
  const later = await serve(t, knex, { now: () => Date.now() + 31 * DAY_MS })
  t.equal((await later.call('/-/whoami', { token: body.token })).status, 401)
  t.equal((await later.call('/-/whoami', { token: OPERATOR_TOKEN })).status, 200)
})

t.test('a token of another form is not looked for', async (t) => {
  t.equal((await whoami('')).status, 401)
  t.equal((await whoami('x'.repeat(600))).status, 401)
  const basic = await registry.call('/-/whoami', { headers: { authorization: 'Basic YTpi' } })
  t.match(basic, { status: 401, body: { code: 'MKT_TOKEN_REQUIRED' } })
})

t.test('of many logins the oldest end; tokens made on purpose stay', async (t) => {
  const made = await registry.publisher('busy', ['@busy'], PASSWORD)
  const logins: string[] = []
  for (let count = 0; count < 21; count++) {
    logins.push((await login('busy', PASSWORD)).body.token)
  }
  const [first = '', second = ''] = logins
  t.equal((await whoami(first)).status, 401)
  t.equal((await whoami(second)).status, 200)
  t.equal((await whoami(made)).status, 200)
  t.match(
    registry.audited.findLast(({ action }) => action === 'publisher-token.revoked'),
    { subject: 'busy', details: { reason: 'too many logins', limit: 20 } },
  )
  // At once, too, none is left over.
  await Promise.all(Array.from({ length: 5 }, () => login('busy', PASSWORD)))
  const left = await knex('publisher_tokens')
    .where({ publisher: 'busy', is_login: true })
    .whereNull('revoked_at')
  t.equal(left.length, 20)
})
