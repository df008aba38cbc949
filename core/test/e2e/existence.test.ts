import { randomBytes, randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import type { Browser } from '../support/browser.ts'
import { person } from '../support/people.ts'
import { acme, globex, host, table, users } from '../support/route-table.ts'

/** Parameters of paths that name something of one tenant; what is installed and offered is known to all. */
const owned: ReadonlySet<string> = new Set([
  ...['id', 'token', 'user', 'session', 'credential', 'grant', 'link', 'release', 'delivery'],
  ...['key', 'assignment', 'position', 'holder', 'role', 'unit', 'connection', 'app', 'passkey'],
  ...['sha256'],
])
/** `{id}` of these is a service, which the catalog shows to everybody. */
const shared = /^\w+ \/v1\/catalog\//

/** An address twice: as it is, and with names of the same form that nobody has. */
interface Pair {
  readonly real: string
  readonly ghost: string
  /** What was put for what. */
  readonly names: readonly (readonly [real: string, ghost: string])[]
}

/** A name of the same form that nobody has. */
function ghostOf(name: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name)) return randomUUID()
  if (/^\d+$/.test(name)) return '999999999'
  const [, prefix = '', random] = /^([a-z]+_)?([0-9a-z]{12,})$/.exec(name) ?? []
  if (random === undefined) return CHOSEN
  return `${prefix}${randomBytes(random.length).toString('hex').slice(0, random.length)}`
}

/** For a name that people choose, as every tenant may. */
const CHOSEN = 'nosuch'

/** The path of a route with each of its tenant's names replaced; undefined: it has none. */
function ghostPath(route: string, at: string): Pair | undefined {
  if (shared.test(route)) return undefined
  const [path = '', query] = at.split('?')
  const template = route.slice(route.indexOf(' ') + 1)
  const parameters = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const pattern = template
    .replaceAll(/[.]/g, '\\.')
    .replaceAll(/\{\w+\}(?=(:)?)/g, (_, colon) => (colon === undefined ? '([^/]+)' : '([^/:]+)'))
  const found = new RegExp(`^${pattern}$`, 'd').exec(path)
  if (found?.indices === undefined) throw new Error(`${at} is no ${route}`)
  const names: (readonly [string, string])[] = []
  let ghost = path
  // From behind: what stands further left stays where it is.
  for (const [index, parameter] of [...parameters.entries()].reverse()) {
    if (!owned.has(parameter)) continue
    const [from, to] = found.indices[index + 1] ?? [0, 0]
    const name = path.slice(from, to)
    const other = ghostOf(name)
    names.push([name, other])
    ghost = `${ghost.slice(0, from)}${other}${ghost.slice(to)}`
  }
  const tail = query === undefined ? '' : `?${query}`
  return names.length === 0 ? undefined : { real: at, ghost: `${ghost}${tail}`, names }
}

async function ask(route: string, at: string, token: string, tenant: string) {
  const { body, type = 'application/json' } = table[route] ?? {}
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(`${host.url}${at}`, {
    method: route.split(' ', 1)[0] ?? '',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': type }),
    },
    ...(text === undefined ? {} : { body: text.replaceAll('acme', tenant) }),
  })
  return { status: response.status, text: await response.text() }
}

/** Without what is another in each answer, and with the names that were asked for as one. */
function plain(text: string, names: readonly (readonly [string, string])[]): string {
  let same = text.replaceAll(/"traceId":"[0-9a-f]{32}"/g, '')
  // As a word: a short one is part of others.
  for (const name of names.flat()) {
    same = same.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), '{name}')
  }
  return same
}

/** What is not shown to a stranger. */
const hiding = Object.entries(table).filter(
  ([, { door }]) => door !== users && door.nobody === 401 && door.stranger >= 400,
)

async function compare(t: Test, who: string, token: string): Promise<number> {
  let compared = 0
  for (const [route, { at }] of hiding) {
    const ids = ghostPath(route, at)
    const pairs: (readonly [what: string, pair: Pair, tenants: readonly [string, string]])[] = []
    if (ids !== undefined) {
      pairs.push(['a name', ids, ['acme', 'acme']])
    }
    // Beside his own tenant's name, a stranger is let further in. What people choose he may have himself.
    if (ids?.names.every(([, ghost]) => ghost !== CHOSEN)) {
      const own = { real: at.replaceAll('acme', 'globex'), names: ids.names }
      const ghost = ids.ghost.replaceAll('acme', 'globex')
      pairs.push(['a name under his own tenant', { ...own, ghost }, ['globex', 'globex']])
    }
    if (at.includes('acme') || JSON.stringify(table[route]?.body ?? '').includes('acme')) {
      const ghost = at.replaceAll('acme', 'nosuch')
      const names = [['acme', 'nosuch']] as const
      pairs.push(['a tenant', { real: at, ghost, names }, ['acme', 'nosuch']])
    }
    for (const [what, { real, ghost, names }, [tenant, other]] of pairs) {
      const is = await ask(route, real, token, tenant)
      const isNot = await ask(route, ghost, token, other)
      const told = { real, ghost, is: is.text.slice(0, 400), isNot: isNot.text.slice(0, 400) }
      compared++
      t.equal(is.status, isNot.status, `${route}: ${what} (${who})`, told)
      t.equal(plain(is.text, names), plain(isNot.text, names), `${route}: ${what} (${who})`, told)
    }
  }
  return compared
}

t.test('whether something of another tenant exists, no answer tells', async (t) => {
  const admins = await compare(t, 'an admin', globex.adminToken)
  const apps = await compare(t, 'an app', globex.key)
  t.comment(`${admins + apps} pairs of answers`)
  t.ok(admins > 150, `${admins} pairs`)
})

/** Sessions, tokens and passkeys are their user's alone: to all others they are not there. */
async function compareOwn(t: Test, browser: Browser): Promise<number> {
  let compared = 0
  for (const [route, { door, at, body }] of Object.entries(table)) {
    const pair = door === users || door.own === '' ? ghostPath(route, at) : undefined
    if (pair === undefined) continue
    const method = route.split(' ', 1)[0] ?? ''
    const is = await browser.ask(method, pair.real, body)
    const isNot = await browser.ask(method, pair.ghost, body)
    compared++
    t.ok(is.status >= 400, route)
    t.equal(is.status, isNot.status, route)
    const [one, other] = [is, isNot].map((answer) => plain(JSON.stringify(answer.body), pair.names))
    t.equal(one, other, route)
  }
  return compared
}

t.test('nor does it tell somebody what another has of his own', async (t) => {
  const wish = { tenant: 'globex', login: 'prying', roles: ['admin'] }
  const { browser } = await person(host.url, host.as(globex.adminToken), wish)
  const strangers = await compareOwn(t, browser)
  const colleague = { tenant: 'acme', login: 'prying', roles: ['member'] }
  const beside = await person(host.url, host.as(acme.adminToken), colleague)
  t.ok(strangers + (await compareOwn(t, beside.browser)) >= 8)
})

t.test("nor was anything of acme's changed by asking", async (t) => {
  const { items } = await host
    .as(acme.adminToken)
    .request<{ items: { actor: string }[] }>('GET', '/v1/audit?limit=200')
  t.notOk(items.some(({ actor }) => actor.includes('globex')))
})
