import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import t, { type Test } from 'tap'
import { putRating } from '../../src/listing/ratings/rating-store.ts'
import { defaultPolicy } from '../../src/review/review-policy.ts'
import { writePolicy } from '../../src/review/review-store.ts'
import { publishBody } from '../support/plugin-package.ts'
import { type Call, OPERATOR_TOKEN, startRegistry } from '../support/registry.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const name = '@acme/gate'
const at = '/@acme%2fgate'
const market = '/v1/marketplace'
const versions = `${market}/packages/@acme%2fgate/versions`

let now = Date.parse('2026-01-05T00:00:00Z')
const registry = await startRegistry(t, { now: () => now })
const { knex, call } = registry
const acme = await registry.publisher('acme', ['@acme'])
await registry.publisher('carol', ['@carol'])

/** Tokens of the operator's account: whatever is refused to them is refused for their limits, as it has every right. */
async function tokenWith(wish: object): Promise<string> {
  const login = { name: 'operator', password: OPERATOR_TOKEN }
  const path = '/-/user/org.couchdb.user:operator'
  const { body } = await call(path, { method: 'PUT', body: login })
  const made = await call('/-/npm/v1/tokens', {
    method: 'POST',
    token: body.token,
    body: { password: OPERATOR_TOKEN, ...wish },
  })
  assert.equal(made.status, 200, JSON.stringify(made.body))
  return made.body.token
}

const write = { packages_and_scopes_permission: 'read-write' }
const kinds = {
  'for reading': await tokenWith({ readonly: true }),
  'for reading by permission': await tokenWith({ packages: [name] }),
  'for another package': await tokenWith({ packages: ['@acme/other'], ...write }),
  'for another scope': await tokenWith({ scopes: ['@carol'], ...write }),
  'for other addresses': await tokenWith({ cidr_whitelist: ['203.0.113.0/24'] }),
  'that has ended': await tokenWith({ expires: 1 }),
}
const forThis = await tokenWith({ packages: [name], ...write })
now += DAY_MS

interface Row {
  readonly path: string | (() => Promise<string>)
  readonly body?: unknown | (() => Promise<unknown>)
  /** Whether a token that may write to this package is enough. */
  readonly isForPackage?: true
  /** Whatever token comes, it takes only itself back, or nothing changes. */
  readonly isHarmless?: true
}

async function staged(version: string): Promise<string> {
  await knex.transaction((trx) => writePolicy(trx, defaultPolicy, new Date(0)))
  const body = publishBody({ name, version })
  const made = await call(`/-/stage/package${at}`, { method: 'POST', token: acme, body })
  await setPolicyOff()
  return made.body.stageId
}

const setPolicyOff = () =>
  knex.transaction((trx) => writePolicy(trx, { ...defaultPolicy, mode: 'off' }, new Date(0)))

async function rated(): Promise<string> {
  const id = 'a'.repeat(32)
  const rating = { id, name, tenant: 'one', major: 1, stars: 5, text: null, author: 'user:one' }
  await knex.transaction((trx) => putRating(trx, { ...rating, at: new Date(now) }))
  return id
}

async function advisory(): Promise<string> {
  const body = { package: name, title: 'Leaks', severity: 'low', vulnerableVersions: '<1' }
  const made = await call(`${market}/advisories`, { method: 'POST', token: OPERATOR_TOKEN, body })
  return made.body.id
}

const tokenOf = async (publisher: string): Promise<string> => {
  const path = `${market}/publishers/${publisher}/tokens`
  return (await call(path, { method: 'POST', token: OPERATOR_TOKEN })).body.id
}

const publicKey = () =>
  generateKeyPairSync('ed25519')
    .publicKey.export({ type: 'spki', format: 'der' })
    .toString('base64')

const packument = async () => (await call(at)).body
const publish = (version: string) =>
  call(at, { method: 'PUT', token: acme, body: publishBody({ name, version }) })
const because = { text: 'because' }
const reason = { reason: 'wrong' }
const ratings = `${market}/packages/@acme%2fgate/ratings`
const withoutVersion = async (version: string) => {
  const read = await packument()
  delete read.versions[version]
  return read
}

/** By method and path of the route; of those below a package, one of the two ways to write its name. */
const rows: Readonly<Record<string, readonly Row[]>> = {
  'PUT /npm/:name': [
    { path: at, body: publishBody({ name, version: '2.0.0' }), isForPackage: true },
    {
      path: at,
      body: async () => {
        const read = await packument()
        read.versions['1.0.0'].deprecated = 'old'
        return { _id: name, _rev: read._rev, name, versions: read.versions }
      },
      isForPackage: true,
    },
    {
      path: at,
      body: async () => ({ _id: name, _rev: (await packument())._rev, users: { operator: true } }),
      isForPackage: true,
    },
  ],
  'POST /npm/-/stage/package/:name': [
    {
      path: `/-/stage/package${at}`,
      body: publishBody({ name, version: '2.1.0' }),
      isForPackage: true,
    },
  ],
  'PUT /npm/:name/-rev/:rev': [
    {
      path: async () => `${at}/-rev/${(await packument())._rev}`,
      body: async () => {
        const maintainers = [{ name: 'acme' }, { name: 'carol' }]
        return { _id: name, _rev: (await packument())._rev, maintainers }
      },
    },
    {
      path: async () => `${at}/-rev/${(await packument())._rev}`,
      body: () => withoutVersion('2.0.0'),
      isForPackage: true,
    },
  ],
  'DELETE /npm/:name/-/:file/-rev/:rev': [
    {
      path: async () => `${at}/-/gate-2.0.0.tgz/-rev/${(await packument())._rev}`,
      isForPackage: true,
    },
  ],
  'PUT /npm/-/package/:name/dist-tags/:tag': [
    { path: '/-/package/@acme%2fgate/dist-tags/lts', body: '1.0.0', isForPackage: true },
  ],
  'DELETE /npm/-/package/:name/dist-tags/:tag': [
    { path: '/-/package/@acme%2fgate/dist-tags/lts', isForPackage: true },
  ],
  'POST /npm/-/package/:name/access': [
    { path: '/-/package/@acme%2fgate/access', body: { access: 'public' }, isHarmless: true },
  ],
  'POST /npm/-/stage/:id/approve': [
    { path: async () => `/-/stage/${await staged('3.0.0')}/approve` },
  ],
  'DELETE /npm/-/stage/:id': [{ path: async () => `/-/stage/${await staged('3.1.0')}` }],
  'POST /npm/-/npm/v1/tokens': [{ path: '/-/npm/v1/tokens', body: { password: OPERATOR_TOKEN } }],
  'POST /npm/-/npm/v1/user': [
    { path: '/-/npm/v1/user', body: { password: null, email: null }, isHarmless: true },
  ],
  'DELETE /npm/-/npm/v1/tokens/token/:token': [
    { path: async () => `/-/npm/v1/tokens/token/${await tokenOf('operator')}` },
  ],
  'DELETE /npm/-/user/token/:token': [
    { path: `/-/user/token/sbm_${'x'.repeat(43)}`, isHarmless: true },
  ],
  'POST /v1/marketplace/advisories': [
    {
      path: `${market}/advisories`,
      body: { package: name, title: 'Leaks', severity: 'low', vulnerableVersions: '<1' },
    },
  ],
  'DELETE /v1/marketplace/advisories/:id': [
    { path: async () => `${market}/advisories/${await advisory()}` },
  ],
  'POST /v1/marketplace/publishers': [
    { path: `${market}/publishers`, body: { name: 'dave', scopes: ['@dave'] } },
  ],
  'PUT /v1/marketplace/publishers/:name/scopes/:scope': [
    { path: `${market}/publishers/carol/scopes/@carol-labs` },
  ],
  'POST /v1/marketplace/publishers/:name/tokens': [{ path: `${market}/publishers/carol/tokens` }],
  'DELETE /v1/marketplace/publishers/:name/tokens/:id': [
    { path: async () => `${market}/publishers/carol/tokens/${await tokenOf('carol')}` },
  ],
  'POST /v1/marketplace/publishers/:name/keys': [
    { path: `${market}/publishers/carol/keys`, body: { publicKey: publicKey() } },
  ],
  'POST /v1/marketplace/publishers/:name/keys/:keyid/revocation': [
    {
      path: async () => {
        const body = { publicKey: publicKey() }
        const path = `${market}/publishers/acme/keys`
        const made = await call(path, { method: 'POST', token: OPERATOR_TOKEN, body })
        return `${path}/${encodeURIComponent(made.body.keyid)}/revocation`
      },
      body: { reason: 'lost' },
    },
  ],
  'PUT /v1/marketplace/publishers/:name/signing': [
    { path: `${market}/publishers/carol/signing`, body: { required: false } },
  ],
  'PUT /v1/marketplace/publishers/:name/roles/:role': [
    { path: `${market}/publishers/carol/roles/reviewer` },
  ],
  'DELETE /v1/marketplace/publishers/:name/roles/:role': [
    { path: `${market}/publishers/carol/roles/reviewer` },
  ],
  'PUT /v1/marketplace/review-policy': [{ path: `${market}/review-policy`, body: defaultPolicy }],
  'POST /v1/marketplace/reviews/:id/:command': [
    { path: async () => `${market}/reviews/${await staged('3.2.0')}/reject`, body: because },
    { path: async () => `${market}/reviews/${await staged('3.3.0')}/approve`, body: because },
  ],
  'POST /v1/marketplace/packages/:name/versions/:version/:command': [
    { path: `${versions}/1.1.0/yank`, body: reason, isForPackage: true },
    { path: `${versions}/1.1.0/unyank`, body: reason, isForPackage: true },
    { path: `${versions}/1.1.0/block`, body: reason },
    { path: `${versions}/1.1.0/unblock`, body: reason },
  ],
  'PUT /v1/marketplace/packages/:name/ratings/:id/answer': [
    { path: async () => `${ratings}/${await rated()}/answer`, body: because, isForPackage: true },
  ],
  'POST /v1/marketplace/packages/:name/ratings/:id/hide': [
    { path: async () => `${ratings}/${await rated()}/hide`, body: reason },
  ],
  // After it: what nobody hid is not there to show.
  'POST /v1/marketplace/packages/:name/ratings/:id/show': [
    { path: async () => `${ratings}/${await rated()}/show` },
  ],
  // Last: nothing is left after it.
  'DELETE /npm/:name/-rev/:rev': [
    { path: async () => `${at}/-rev/${(await packument())._rev}`, isForPackage: true },
  ],
}

/** They ask for a password, or are told nothing by a token. */
const byPassword = [
  'PUT /npm/-/user/:user',
  'POST /npm/-/v1/login',
  'POST /npm/-/v1/login/look',
  'POST /npm/-/v1/login/confirm',
  'POST /npm/-/npm/v1/security/advisories/bulk',
]

/** They refuse whoever asks. */
const isAbsent = (route: string) => /\/-\/(org|team)\/|\/trust(\/:id)?$/.test(route)

/** All that is stored, in one digest. */
async function stored(): Promise<string> {
  const { rows: tables } = await knex.raw(
    "select tablename from pg_tables where schemaname = 'public' order by tablename",
  )
  const digests: string[] = []
  for (const { tablename } of tables) {
    const sql = `select md5(coalesce(string_agg(t::text, chr(10) order by t::text), '')) as d from ?? t`
    const { rows: found } = await knex.raw(sql, [tablename])
    digests.push(`${tablename} ${found[0].d}`)
  }
  return digests.join('\n')
}

t.test('every route that changes something is in the table', async (t) => {
  const known = [...Object.keys(rows), ...byPassword]
  const changing = registry.routes.filter(
    (route) => /^(PUT|POST|DELETE|PATCH) /.test(route) && !isAbsent(route),
  )
  t.same(
    changing.filter((route) => !route.includes('/:scope/:name') && !known.includes(route)),
    [],
  )
  t.same(
    known.filter((route) => !changing.includes(route)),
    [],
  )
})

t.test('a narrowed token changes nothing beyond its limits, on any route', async (t) => {
  for (const version of ['1.0.0', '1.1.0']) await publish(version)
  for (const [route, some] of Object.entries(rows)) {
    for (const [index, row] of some.entries()) await tryRow(t, `${route} ${index}`, row)
  }
})

async function tryRow(t: Test, what: string, row: Row): Promise<void> {
  const path = typeof row.path === 'string' ? row.path : await row.path()
  const body = typeof row.body === 'function' ? await row.body() : row.body
  const [method = ''] = what.split(' ')
  const send = (token: string) =>
    call(path, { method, token, ...(body === undefined ? {} : { body }) } as Call)
  const before = await stored()
  const told = registry.audited.length
  for (const [kind, token] of Object.entries(kinds)) {
    const { status } = await send(token)
    const isRefused = [401, 403, 404].includes(status)
    t.ok(isRefused || row.isHarmless, `${what} by a token ${kind}: ${status}`)
  }
  if (!row.isForPackage && !row.isHarmless) {
    const { status } = await send(forThis)
    t.ok([403, 404].includes(status), `${what} by a token for the package: ${status}`)
  }
  t.equal(await stored(), before, `${what} changed something`)
  t.equal(registry.audited.length, told, `${what} was told of`)
  const { status, body: answer } = await send(row.isForPackage ? forThis : OPERATOR_TOKEN)
  t.ok(status < 300, `${what}: ${status} ${JSON.stringify(answer)}`)
  if (what.startsWith('PUT /v1/marketplace/review-policy')) await setPolicyOff()
}

t.test('a token for other packages sees no review of this one', async (t) => {
  const id = await staged('4.0.0')
  const list = `${market}/reviews?status=open&package=@acme/gate`
  const other = kinds['for another package']
  t.equal((await call(`${market}/reviews/${id}`, { token: other })).status, 404)
  t.same((await call(list, { token: other })).body.items, [])
  t.equal((await call('/-/stage', { token: other })).body.total, 0)
  t.equal((await call(`${market}/reviews/${id}`, { token: forThis })).status, 200)
  const { items } = (await call(list, { token: forThis })).body
  t.ok(items.some((item: { id: string }) => item.id === id))
})

t.test('a token for a package lets out what needs nobody else', async (t) => {
  const body = publishBody({ name, version: '5.0.0' })
  const path = `/-/stage/package${at}`
  const { stageId } = (await call(path, { method: 'POST', token: forThis, body })).body
  const approve = `/-/stage/${stageId}/approve`
  t.equal((await call(approve, { method: 'POST', token: kinds['for reading'] })).status, 403)
  t.equal((await call(approve, { method: 'POST', token: forThis })).status, 200)
})
