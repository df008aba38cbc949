import { request as rawRequest } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { hostPaths } from '@signalbox/sdk/host-page'
import t from 'tap'
import { Browser } from '../support/browser.ts'
import { enablePlugin, installFixture } from '../support/fixture-plugin.ts'
import { HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import { pageEnvironment, pagePlugin, releasePage } from '../support/page-plugin.ts'
import { person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'

const base = '/ui/@pages/one/1.0.0/ui'
const framed = '/ui/@framed/one/1.0.0/ui'

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl, environment: pageEnvironment })
const home = await temporaryHome(t)
await releasePage(host, home, { version: '1.0.0' })
await installFixture(host, 'framed-plugin', '@framed/one')
const { adminToken } = await host.client.request<{ adminToken: string }>('POST', '/v1/tenants', {
  id: 'acme',
  name: 'acme',
})
const admin = host.as(adminToken)
await enablePlugin(admin, 'acme', pagePlugin, ['ui:mount'])
await enablePlugin(admin, 'acme', '@framed/one', [])
const ann = await person(host.url, host.client, { tenant: 'acme', login: 'ann', roles: ['member'] })

const see = (browser: Browser, path = '/desk') => browser.ask<{ text: string }>('GET', path)
const nobody = () => new Browser(host.url)
const seen = async (browser: Browser) => (await see(browser)).headers.get('x-signalbox-page')

/** As it is written: fetch would tidy the path. */
function raw(path: string): Promise<number> {
  const { hostname, port } = new URL(host.url)
  return new Promise((resolve, reject) => {
    const asked = rawRequest({ hostname, port, path, method: 'GET' }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    asked.on('error', reject).end()
  })
}

t.test('the page is served with its nonce, its policy and its version', async (t) => {
  const { status, headers, body } = await see(ann.browser)
  t.equal(status, 200)
  t.equal(headers.get('x-signalbox-page'), '@pages/one@1.0.0')
  const policy = headers.get('content-security-policy') ?? ''
  const nonce = /script-src 'nonce-([^']+)' 'self'/.exec(policy)?.[1] ?? 'none'
  t.match(body.text, `<script nonce="${nonce}">`)
  t.match(policy, "default-src 'none'")
  t.match(policy, "frame-ancestors 'none'")
  t.match(policy, "connect-src 'self'")
  t.equal(headers.get('cache-control'), 'no-store')
  t.equal(headers.get('x-content-type-options'), 'nosniff')
  t.equal(headers.get('referrer-policy'), 'no-referrer')
  t.equal(headers.get('cross-origin-opener-policy'), 'same-origin')
  t.match(body.text, `src="${base}/app.js"`)
  const told = /id="signalbox-page">(.*?)<\/script>/.exec(body.text)?.[1] ?? ''
  const version = '1.0.0'
  t.strictSame(JSON.parse(told), { plugin: pagePlugin, version, arm: 'stable', base })
  t.not((await see(ann.browser)).headers.get('content-security-policy'), policy, 'another nonce')
})

t.test('every address below it leads to the page, for whoever asks', async (t) => {
  for (const path of [
    '/desk',
    '/desk/',
    '/desk/orders/7?x=1',
    '/desk/v1/me',
    '/desk/a.b/%2e%2e/c',
  ]) {
    t.match(await see(nobody(), path), { status: 200, body: { text: /edition one/ } }, path)
  }
  const head = await fetch(`${host.url}/desk`, { method: 'HEAD' })
  t.equal(head.headers.get('x-signalbox-page'), '@pages/one@1.0.0')
  t.ok(Number(head.headers.get('content-length')) > 300)
  t.equal(await head.text(), '')
})

t.test("no plugin can take the host's own addresses", async (t) => {
  const { paths } = (await (await fetch(`${host.url}/openapi.json`)).json()) as { paths: object }
  const own = new Set(Object.keys(paths).map((path) => path.split('/', 2)[1] ?? ''))
  const open = [...own].filter((part) => /^[a-z][a-z0-9-]{1,40}$/.test(part))
  t.strictSame(
    open.filter((part) => !hostPaths.includes(part)),
    [],
  )
})

t.test('what nobody offers is missing as before', async (t) => {
  for (const path of ['/other', '/other/deep', '/v1/desk', '/Desk', '/desk-', '/api', '/ui']) {
    const { status, body } = await nobody().ask('GET', path)
    t.match({ status, body }, { status: 404, body: { code: 'CORE_ROUTE_MISSING' } }, path)
  }
  t.equal((await nobody().ask('POST', '/desk', {})).status, 404)
})

t.test('files of the user interface have their types, and are kept for good', async (t) => {
  const types = {
    'app.js': 'text/javascript; charset=utf-8',
    'app.css': 'text/css; charset=utf-8',
    'index.html': 'text/html; charset=utf-8',
  }
  for (const [file, type] of Object.entries(types)) {
    const answer = await fetch(`${host.url}${base}/${file}`)
    t.equal(answer.status, 200, file)
    t.equal(answer.headers.get('content-type'), type)
    t.equal(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable')
    t.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    t.equal(answer.headers.get('access-control-allow-origin'), '*')
    t.equal(answer.headers.get('cross-origin-resource-policy'), 'cross-origin')
    const etag = answer.headers.get('etag') ?? ''
    const again = await fetch(`${host.url}${base}/${file}`, { headers: { 'if-none-match': etag } })
    t.equal(again.status, 304)
    const head = await fetch(`${host.url}${base}/${file}`, { method: 'HEAD' })
    t.equal(head.headers.get('content-type'), type)
    t.equal(await head.text(), '')
  }
})

t.test('what is worth it is sent compressed, as its reader can read it', async (t) => {
  const path = `${base}/parts/sentence.js`
  const plain = await bytesOf(path, 'identity')
  t.equal(plain.encoding, undefined)
  t.same(brotliDecompressSync((await bytesOf(path, 'gzip, br')).bytes), plain.bytes)
  t.same(gunzipSync((await bytesOf(path, 'gzip')).bytes), plain.bytes)
  const tags = new Set([
    plain.etag,
    (await bytesOf(path, 'br')).etag,
    (await bytesOf(path, 'gzip')).etag,
  ])
  t.equal(tags.size, 3, 'each has a tag of its own')
  t.equal((await bytesOf(`${base}/app.css`, 'br')).encoding, undefined, 'too small')
})

t.test('a page is sent compressed, each time with a nonce of its own', async (t) => {
  const large = `<!doctype html><title>x</title><script nonce="__NONCE__">${'let a;'.repeat(500)}</script>`
  const own = await HostProcess.start(t, {
    databaseUrl: (await testDatabases(t)).hostUrl,
    environment: pageEnvironment,
  })
  const files = { 'ui/index.html': large }
  await releasePage(own, await temporaryHome(t), { version: '1.0.0', files })
  const { url } = own
  const plain = await bytesOf('/desk', 'identity', url)
  t.equal(plain.encoding, undefined)
  const nonces = new Set<string | undefined>()
  for (const [encoding, unpack] of [
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const) {
    const sent = await bytesOf('/desk', encoding, url)
    t.equal(sent.encoding, encoding)
    t.ok(sent.bytes.length < plain.bytes.length / 5, `${sent.bytes.length} bytes`)
    nonces.add(/nonce="([^"]+)"/.exec(unpack(sent.bytes).toString())?.[1])
  }
  t.equal(nonces.size, 2)
})

/** Without a client that unpacks what it is sent. */
function bytesOf(path: string, accepted: string, url = host.url) {
  const { hostname, port } = new URL(url)
  const headers = { 'accept-encoding': accepted }
  return new Promise<{ bytes: Buffer; encoding: string | undefined; etag: string | undefined }>(
    (resolve, reject) => {
      rawRequest({ hostname, port, path, headers }, (answer) => {
        const pieces: Buffer[] = []
        answer.on('data', (piece) => pieces.push(piece))
        const { 'content-encoding': encoding, etag } = answer.headers
        answer.on('end', () => resolve({ bytes: Buffer.concat(pieces), encoding, etag }))
      })
        .on('error', reject)
        .end()
    },
  )
}

t.test('nothing but the folder leaves a package, however it is spelt', async (t) => {
  for (const path of [
    '/ui/@pages/one/1.0.0/package.json',
    '/ui/@pages/one/1.0.0/dist/plugin.js',
    `${base}/../package.json`,
    `${base}/../dist/plugin.js`,
    `${base}/%2e%2e/dist/plugin.js`,
    `${base}/%2E%2E%2Fdist%2Fplugin.js`,
    `${base}/..%5cdist%5cplugin.js`,
    `${base}/..\\dist\\plugin.js`,
    `${base}/%252e%252e/dist/plugin.js`,
    `${base}/app.js%00.css`,
    `${base}/%c0%ae%c0%ae/dist/plugin.js`,
    `${base}/missing.js`,
    '/ui/@pages/one/9.9.9/ui/app.js',
    '/ui/@nobody/one/1.0.0/ui/app.js',
  ]) {
    t.ok([400, 404].includes(await raw(path)), path)
  }
  t.equal(await raw('/ui/%40pages%2Fone/1.0.0/ui/app.js'), 200, 'a name may be encoded')
})

t.test("a stranger's page and picture are in an origin of their own", async (t) => {
  const page = await fetch(`${host.url}${framed}/page.html`)
  const policy = page.headers.get('content-security-policy') ?? ''
  const folder = `${host.url}${framed}/`
  t.match(policy, 'sandbox allow-scripts;')
  t.match(policy, `script-src ${folder};`)
  t.match(policy, "connect-src 'none'")
  t.match(policy, "form-action 'none'")
  t.match(policy, "frame-ancestors 'self'")
  t.notMatch(policy, 'allow-same-origin')
  t.notMatch(policy, /script-src[^;]*unsafe-inline/)
  const drawing = await fetch(`${host.url}${framed}/drawing.svg`)
  t.match(drawing.headers.get('content-security-policy'), "sandbox; default-src 'none'")
})

t.test("a stranger's script is not for the host's own pages", async (t) => {
  const asked = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'script' }
  const { status, body } = await nobody().ask('GET', `${framed}/page.js`, undefined, asked)
  t.match({ status, body }, { status: 403, body: { code: 'CORE_PAGE_SCRIPT_FOREIGN' } })
  const byFrame = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'script' }
  t.equal((await nobody().ask('GET', `${framed}/page.js`, undefined, byFrame)).status, 200)
  t.equal((await nobody().ask('GET', `${base}/app.js`, undefined, asked)).status, 200)
})

t.test(
  'a plugin of the sandbox offers no page of the host, nor one without the capability',
  async (t) => {
    const wrong = { code: /MANIFEST|CHECK|PACKAGE/ }
    const sandboxed = refusal(
      releasePage(host, home, {
        ...{ name: '@pages/two', version: '1.0.0' },
        signalbox: (manifest) => {
          manifest.runtime.tier = 'sandbox'
        },
      }),
    )
    t.match(await sandboxed, { ...wrong, errors: [{ detail: /tier trusted/ }] })
    const unasked = refusal(
      releasePage(host, home, {
        ...{ name: '@pages/two', version: '1.0.0' },
        signalbox: (manifest) => {
          delete manifest.capabilities
        },
      }),
    )
    t.match(await unasked, { ...wrong, errors: [{ detail: /ui:mount/ }] })
  },
)

t.test('a path has one plugin, and a page its file', async (t) => {
  const twice = { name: '@pages/one-more', version: '1.0.0' }
  const strict = await HostProcess.start(t, {
    databaseUrl: (await testDatabases(t)).hostUrl,
    environment: { SIGNALBOX_TRUSTED: `${pagePlugin}=operator,${twice.name}=operator` },
  })
  await releasePage(strict, home, { version: '1.0.0' })
  t.match(await refusal(releasePage(strict, home, twice)), {
    ...{ status: 409, code: 'CORE_PAGE_PATH_TAKEN' },
  })
  const lost = releasePage(strict, home, {
    version: '1.0.1',
    signalbox: (manifest) => {
      manifest.provides.contributes[0].value.entry = 'ui/lost.html'
    },
  })
  t.match(await refusal(lost), { status: 422, code: 'CORE_PAGE_ENTRY_UNUSABLE' })
})

t.test('what plugins contribute says where its files are, also to a member', async (t) => {
  const { status, body } = await ann.browser.ask<{ items: object[] }>(
    'GET',
    '/v1/tenants/acme/contributions?point=desk/page/v1',
  )
  t.equal(status, 200)
  t.match(body.items, [
    { plugin: '@framed/one', version: '1.0.0', tier: 'sandbox', base: framed, owner: null },
  ])
})

t.test('a tenant that does not use it is told so, and can sign out', async (t) => {
  await admin.request('PUT', `/v1/tenants/acme/plugins/${encodeURIComponent(pagePlugin)}`, {
    binding: 'disabled',
  })
  const { status, body, headers } = await see(ann.browser)
  t.equal(status, 403)
  t.equal(headers.get('x-signalbox-page'), null)
  t.match(body.text, 'Your company does not use this page')
  t.match(body.text, 'Sign out')
  t.match(headers.get('content-security-policy'), "script-src 'sha256-")
  const chinese = await ann.browser.ask<{ text: string }>('GET', '/desk', undefined, {
    'accept-language': 'zh-CN',
  })
  t.match(chinese.body.text, '贵公司未启用此页面')
  t.equal(await seen(nobody()), '@pages/one@1.0.0', 'to sign in, nobody has to be of a tenant')
})
