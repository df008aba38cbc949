import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import { keptCall, replay } from '../support/ledger.ts'
import { installOutbound, outbound, outboundService } from '../support/outbound.ts'
import { certificateFor, outboundServer } from '../support/outbound-server.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, setUpTenant } from '../support/probe.ts'
import { printedByCli } from '../support/run-cli.ts'

const canary = 'kanarienvogel-4711+/'

/** Tells back all that it was sent, in a body, in headers, and in base64. */
const echo = await outboundServer(t, ({ url, headers }, response) => {
  if (url === '/silent') return
  if (url.startsWith('/large')) {
    response.end(Buffer.alloc(70_000))
    return
  }
  if (url.startsWith('/away')) {
    response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
    return
  }
  const told = JSON.stringify({ url, headers })
  response.setHeader('x-echo', `${headers['x-key']} ${headers.authorization}`)
  response.end(`${told}\n${Buffer.from(told).toString('base64')}`)
})
const certificate = await certificateFor(t, ['DNS:localhost'])
const tls = await outboundServer(t, (_, response) => response.end('by TLS'), { certificate })
const tlsOrigin = `https://localhost:${tls.port}`

const home = await temporaryHome(t)
const keyFile = join(home, 'keys')
const oldKey = randomBytes(32).toString('base64')
await writeFile(keyFile, `${oldKey}\n`, { mode: 0o600 })
const { hostUrl, pluginUrl } = await testDatabases(t)
const settings = {
  databaseUrl: hostUrl,
  environment: {
    PLUGIN_DATABASE_URL: pluginUrl,
    LOG_LEVEL: 'trace',
    SIGNALBOX_KEY_FILE: keyFile,
    SIGNALBOX_FETCH_ALLOW: `${echo.origin},${tlsOrigin}`,
    NODE_EXTRA_CA_CERTS: certificate.file,
  },
}
/** All that the host wrote: what is traced meanwhile would push it out of the last that it keeps. */
const written: Buffer[] = []
const log = () => Buffer.concat(written).toString()
const host = await HostProcess.start(t, { ...settings, onOutput: (bytes) => written.push(bytes) })
await installOutbound(host, home, [echo.origin, tlsOrigin])
const capabilities = ['http:fetch', 'secret:use']
const wish = { plugin: outbound, service: outboundService, capabilities }
const acme = await setUpTenant(host, 'acme', wish)
const globex = await setUpTenant(host, 'globex', wish)
const admin = host.as(acme.adminToken)
const secrets = `/v1/tenants/acme/plugins/${encodeURIComponent(outbound)}/secrets`

const ask = (input: object, { at = host, key = acme.key, operation = 'ask' } = {}) =>
  callProbe(at, key, operation, input, outboundService)

t.test(
  'a plugin asks a server of the operator, and one by TLS that Node was told to trust',
  async (t) => {
    t.match(await ask({ url: `${tlsOrigin}/` }), { status: 200, body: { text: 'by TLS' } })
    t.match(await ask({ url: `${echo.origin}/a`, method: 'POST', body: 'x' }), { status: 200 })
    t.match(echo.requests.at(-1), { method: 'POST', url: '/a', body: 'x' })
    const { items } = await admin.request<{ items: object[] }>('GET', '/v1/audit')
    t.match(
      items.find((entry) => Reflect.get(entry, 'action') === 'capability.http.fetch'),
      { actor: `plugin:${outbound}`, subject: echo.origin, detail: { method: 'POST', path: '/a' } },
    )
  },
)

t.test('what is not granted, too large or led away is refused by its own code', async (t) => {
  const refused = {
    'https://api.example.com/': 'CORE_FETCH_NOT_GRANTED',
    [`${host.url}/v1/plugins`]: 'CORE_FETCH_NOT_GRANTED',
    [`${echo.origin}/large`]: 'CORE_FETCH_TOO_LARGE',
    [`${echo.origin}/away`]: 'CORE_FETCH_NOT_GRANTED',
  }
  for (const [url, code] of Object.entries(refused)) {
    t.match(await ask({ url }), { body: { code } }, url)
  }
})

t.test(
  "a silent server is left at the call's deadline, and sees its connection close",
  async (t) => {
    const { status } = await ask({ url: `${echo.origin}/silent` })
    t.equal(status, 504)
    await echo.cutOff
  },
)

t.test('without a value nothing is sent; a value is set, and never shown', async (t) => {
  const before = echo.requests.length
  t.match(await ask({ url: echo.origin, withKey: true }), { body: { code: 'CORE_SECRET_NOT_SET' } })
  t.equal(echo.requests.length, before)
  t.match(await refusal(admin.request('PUT', `${secrets}/other`, { value: canary })), {
    code: 'CORE_SECRET_UNKNOWN',
  })
  const short = await refusal(admin.request('PUT', `${secrets}/weather-key`, { value: 'no\ngood' }))
  t.match(short, { code: 'CORE_INPUT_INVALID', errors: [{ pointer: '/value' }] })
  t.notMatch(JSON.stringify(short), 'good')
  const broken = `{"value": ${canary}`
  const unread = refusal(admin.requestText('PUT', `${secrets}/weather-key`, broken))
  t.match(await unread, { code: 'CORE_BODY_UNREADABLE' })
  const set = await admin.request('PUT', `${secrets}/weather-key`, { value: canary })
  t.same(set, { version: 1 })
  const { items } = await admin.request<{ items: object[] }>('GET', secrets)
  t.match(items, [
    {
      name: 'weather-key',
      label: { en: 'Weather key' },
      version: 1,
      versions: [{ version: 1, setBy: /^admin/, setAt: /^20/ }],
    },
  ])
  t.notMatch(JSON.stringify(items), canary)
})

/** The value in every form that it was sent in. */
const forms = [
  canary,
  encodeURIComponent(canary),
  Buffer.from(canary).toString('base64').slice(0, -2),
  Buffer.from(`planner:${canary}`).toString('base64'),
]

t.test(
  'the server gets the secret; the plugin, the audit, recordings, logs and errors do not',
  async (t) => {
    const { status, body } = await ask({ url: `${echo.origin}/echo`, withKey: true })
    t.equal(status, 200, body.title)
    const seen = echo.requests.at(-1)
    t.equal(seen?.headers['x-key'], canary)
    t.equal(seen?.headers.authorization, `Basic ${forms[3]}`)
    t.equal(new URL(seen?.url ?? '', echo.origin).searchParams.get('key'), canary)
    t.match(body.text, '{{secret:weather-key}}')
    const failed = await ask({ url: `${echo.origin}/echo` }, { operation: 'complain' })
    t.match(failed.body, { code: 'SBX_PLUGIN_THREW', invocation: /^inv_/ })
    const large = await ask({ url: `${echo.origin}/large`, withKey: true })
    t.match(large.body, { code: 'CORE_FETCH_TOO_LARGE' })
    const kept = await keptCall(admin, failed.body.invocation)
    t.match(JSON.stringify(kept.recording), 'weather-key')
    await until(() => log().includes('asked') && log().includes('secrets/:secret'))
    const told: Readonly<Record<string, string>> = {
      'the answer': JSON.stringify(body),
      'the error': JSON.stringify(failed.body),
      'the error of a request': JSON.stringify(large.body),
      'the recording': JSON.stringify(kept),
      'the log': log(),
      'the database': await wholeDatabase(),
    }
    for (const [place, text] of Object.entries(told)) {
      t.ok(text.length > 100, place)
      for (const form of forms) t.notOk(text.includes(form), `${place}: ${form}`)
    }
    t.match(told['the log'], 'asked')
    t.match(told['the log'], 'secrets/:secret')
    const again = await replay(host, [failed.body.invocation], acme.adminToken)
    t.equal(again.code, 0, again.errors)
  },
)

/** Every row of every table, as text; what is sealed as well. */
async function wholeDatabase(): Promise<string> {
  const client = new pg.Client({ connectionString: hostUrl })
  await client.connect()
  const { rows } = await client.query(
    `select string_agg(query_to_xml(format('select * from %I', tablename), true, false, '')::text, '') as text
       from pg_tables where schemaname = 'public' and tablename not like 'content%'`,
  )
  await client.end()
  return rows[0].text
}

t.test("a tenant's secret is not another's", async (t) => {
  const url = `${echo.origin}/globex`
  t.match(await ask({ url, withKey: true }, { key: globex.key }), {
    body: { code: 'CORE_SECRET_NOT_SET' },
  })
  const stranger = host.as(globex.adminToken)
  t.match(await refusal(stranger.request('GET', secrets)), { code: 'CORE_FORBIDDEN' })
  const value = 'of-globex-alone'
  await stranger.request('PUT', `${secrets.replace('acme', 'globex')}/weather-key`, { value })
  await ask({ url, withKey: true }, { key: globex.key })
  t.equal(echo.requests.at(-1)?.headers['x-key'], value)
})

t.test(
  'keys and secrets change without a restart, and every node follows within a second',
  async (t) => {
    await writeFile(keyFile, `${randomBytes(32).toString('base64')}\n${oldKey}\n`)
    const told = await printedByCli(host, ['secrets', 'rewrap', '--json'])
    // The registry's signing key is one of them.
    t.match(JSON.parse(told), { rewrapped: 3, hostKey: /^hk_/ })
    // Only the new key is left: a node that starts now opens what the old one wrapped first.
    await writeFile(keyFile, (await readFile(keyFile, 'utf8')).replace(oldKey, ''))
    const second = await HostProcess.start(t, settings)
    const url = `${echo.origin}/rotated`
    const sent = async (at: HostProcess) => {
      await ask({ url, withKey: true }, { at })
      return echo.requests.at(-1)?.headers['x-key']
    }
    t.equal(await sent(second), canary)
    t.same(await admin.request('PUT', `${secrets}/weather-key`, { value: 'second-value' }), {
      version: 2,
    })
    const changedAt = performance.now()
    t.equal(await sent(host), 'second-value', 'this node uses it at once')
    await until(async () => (await sent(second)) === 'second-value')
    t.comment(`the other node followed within ${Math.round(performance.now() - changedAt)} ms`)
    await admin.request('DELETE', `${secrets}/weather-key`)
    t.match(await ask({ url, withKey: true }), { body: { code: 'CORE_SECRET_NOT_SET' } })
    const { items } = await admin.request<{ items: object[] }>('GET', secrets)
    t.match(items, [{ version: null, versions: [{ version: 2 }, { version: 1 }] }])
  },
)
