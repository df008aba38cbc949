import { generateKeyPairSync } from 'node:crypto'
import { publicKeyText } from '@signalbox/sdk/trust/key-id'
import t from 'tap'
import { marketplaceErrors } from '../../src/errors.ts'
import { pluginFiles, publishBody } from '../support/plugin-package.ts'
import { OPERATOR_TOKEN, startRegistry } from '../support/registry.ts'
import { tarballOf } from '../support/tarball.ts'

const running = [
  {
    ...{ version: '1.1.0', tenants: 2, failedShare: 0.5, p95Ms: 40 },
    ...{ abortedRollouts: false, rolledBack: true, crashed: false },
  },
  {
    ...{ version: '1.0.0', tenants: 3, failedShare: 0.01234, p95Ms: 12.4 },
    ...{ abortedRollouts: false, rolledBack: false, crashed: false },
  },
]
const besides = marketplaceErrors.create('PACKAGE_NOT_FOUND', { package: 'another plugin' })
const tooNew = marketplaceErrors.create('PACKAGE_NOT_FOUND', { package: 'a host of 2.x' })
const registry = await startRegistry(t, {
  refusals: async ({ version }, knowsHost) => [
    ...(version === '1.1.0' ? [tooNew] : []),
    ...(knowsHost ? [besides] : []),
  ],
  knowsHost: async ({ headers }) => headers.authorization === `Bearer ${OPERATOR_TOKEN}`,
  running: async () => running,
  installed: async () => ['1.0.0'],
})
const token = await registry.publisher('acme', ['@acme'])
const png = Buffer.concat([
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  Buffer.from('a picture'),
])

async function publish(version: string, changes: object, more: Record<string, string | Buffer>) {
  const spec = { name: '@acme/gate', version }
  const files = pluginFiles(spec)
  const packageJson = JSON.parse(files['package.json'] ?? '')
  Object.assign(packageJson.signalbox, changes)
  Object.assign(packageJson, {
    homepage: 'https://acme.example/gate',
    repository: { url: 'git+https://git.acme.example/gate.git' },
    bugs: { url: 'javascript:alert(1)' },
  })
  const all = { ...files, 'package.json': JSON.stringify(packageJson), ...more }
  const body = publishBody(spec, tarballOf(all))
  const answer = await registry.call('/@acme%2fgate', { method: 'PUT', token, body })
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body))
}

await publish('1.0.0', {}, {})
await publish(
  '1.1.0',
  {
    host: '^2.0.0',
    capabilities: { 'db:own': [{ quotaMb: 10, why: { en: 'Keeps counts', 'zh-CN': '保存计数' } }] },
    listing: {
      summary: { en: 'Counts what passes', 'zh-CN': '统计通过量' },
      screenshots: [
        { file: 'docs/board.png', alt: { en: 'The board' } },
        { file: 'docs/no-picture.png', alt: { en: 'Not one' } },
      ],
    },
  },
  {
    'README.md': '# Gate\n\n![board](docs/board.png) [how](docs/how.md) <script>x</script>',
    'README.zh-CN.md': '# 闸口\n',
    'CHANGELOG.md': '# Changes\n\n## 1.1.0\n\n- a board\n\n## [1.0.0] - 2026-01-01\n\n- first\n',
    'docs/how.md': '# How\n\n[back](../README.md)',
    'docs/board.png': png,
    'docs/no-picture.png': '<svg onload=alert(1)>',
    'secret.txt': 'not for the page',
    LICENSE: 'Apache License',
  },
)

const at = '/v1/marketplace/packages/@acme%2Fgate'
const get = (path: string, headers = {}) => registry.call(path, { headers })

t.test('the page of a package says what it is, where it runs and how it goes here', async (t) => {
  const { status, body } = await get(at)
  t.equal(status, 200)
  t.match(body, {
    name: '@acme/gate',
    latest: {
      version: '1.1.0',
      displayName: { 'zh-CN': '闸口计数' },
      summary: { 'zh-CN': '统计通过量' },
      license: 'Apache-2.0',
      publisher: 'acme',
      capabilities: [{ name: 'db:own', why: { 'zh-CN': '保存计数' } }],
      compatibility: {
        ...{ host: '^2.0.0', thisHost: '1.0.0', fits: false },
        reasons: [{ code: 'MKT_PACKAGE_NOT_FOUND', detail: /2\.x/, cure: /./ }],
      },
      terms: null,
      screenshots: [{ alt: { en: 'The board' }, mediaType: 'image/png' }],
      docs: ['docs/how.md'],
    },
  })
  t.equal(body.latest.screenshots.length, 1, 'what is no picture by its bytes is none')
  t.same(body.latest.links, {
    homepage: 'https://acme.example/gate',
    repository: 'https://git.acme.example/gate.git',
  })
  t.match(body.versions, [
    { version: '1.1.0', fits: false, isInstalled: null },
    { version: '1.0.0', fits: true, isInstalled: null },
  ])
})

t.test(
  'what is installed on the host is told to who may know it, and to nobody else',
  async (t) => {
    const reasons = (body: { compatibility: { reasons: { detail: string }[] } }) =>
      body.compatibility.reasons.map(({ detail }) => /2\.x|another plugin/.exec(detail)?.[0])
    const told = { authorization: `Bearer ${OPERATOR_TOKEN}` }
    const own = (await get(at, told)).body
    t.same(reasons(own.latest), ['2.x', 'another plugin'])
    t.match(own.versions, [{ isInstalled: false }, { isInstalled: true }])
    const old = `${at}/versions/1.0.0`
    t.match((await get(old, told)).body.compatibility, { fits: false, reasons: [{}] })
    for (const headers of [
      {},
      { authorization: 'Bearer guessed' },
      { authorization: `Bearer ${token}` },
    ]) {
      t.same(reasons((await get(at, headers)).body.latest), ['2.x'])
      t.match((await get(old, headers)).body.compatibility, { fits: true, reasons: [] })
    }
  },
)

t.test(
  'of fewer than three tenants nobody learns how many they are or how it goes there',
  async (t) => {
    const [newer, older] = (await get(at)).body.versions
    t.same(newer.running, {
      ...{ version: '1.1.0', tenants: 'few', errorRate: null, p95Ms: null },
      ...{ abortedRollouts: false, rolledBack: true, crashed: false },
    })
    t.match(older.running, { tenants: 3, errorRate: 0.0123, p95Ms: 12 })
  },
)

t.test(
  'texts are HTML in the language of the reader, with the own files of the package',
  async (t) => {
    const { body } = await get(`${at}/versions/1.1.0`, { 'accept-language': 'en' })
    const files = '/v1/marketplace/packages/%40acme%2Fgate/versions/1.1.0/files'
    t.match(body.readmeHtml, `<img src="${files}/docs/board.png"`)
    t.match(body.readmeHtml, `<a href="${files}/docs/how.md"`)
    t.match(body.readmeHtml, '&lt;script&gt;')
    t.match(
      (await get(`${at}/versions/1.1.0`, { 'accept-language': 'zh-CN' })).body.readmeHtml,
      '闸口',
    )
    t.match((await get(`${at}/versions/1.1.0/texts/docs%2Fhow.md`)).body.html, '<h1>How</h1>')
  },
)

t.test('files are served as what they are, and nothing of them runs', async (t) => {
  const picture = await get(`${at}/versions/1.1.0/files/docs/board.png`)
  t.equal(picture.headers.get('content-type'), 'image/png')
  t.equal(picture.headers.get('x-content-type-options'), 'nosniff')
  t.equal(picture.headers.get('content-security-policy'), "default-src 'none'; sandbox")
  t.same(picture.body, png)
  const text = await get(`${at}/versions/1.1.0/files/README.md`)
  t.equal(text.headers.get('content-type'), 'text/plain; charset=utf-8')
  for (const path of [
    'secret.txt',
    'docs/no-picture.png',
    '..%2Fpackage.json',
    '%00',
    'x'.repeat(400),
  ]) {
    t.equal((await get(`${at}/versions/1.1.0/files/${path}`)).status, 404, path.slice(0, 20))
  }
})

t.test('a weakness that is known stands on the pages of what it speaks of', async (t) => {
  const path = '/v1/marketplace/advisories'
  const body = {
    ...{ package: '@acme/gate', title: 'Counts aloud', severity: 'high' },
    vulnerableVersions: '<1.1.0',
  }
  const call = { method: 'POST', token: OPERATOR_TOKEN, body }
  const { id } = (await registry.call(path, call)).body
  const line = { id, title: 'Counts aloud', severity: 'high', vulnerableVersions: '<1.1.0' }
  const page = (await get(at)).body
  t.match(page, { advisories: [line], latest: { advisories: [] } })
  t.match(page.versions, [
    { version: '1.1.0', advisories: [] },
    { version: '1.0.0', advisories: [id] },
  ])
  t.match((await get(`${at}/versions/1.0.0`)).body.advisories, [line])
  const found = async () => (await get('/v1/marketplace/packages?q=gate')).body.items[0].advisories
  t.equal(await found(), 0, 'the version that is found has none')
  const both = { ...body, vulnerableVersions: '*' }
  await registry.call(path, { ...call, body: both })
  t.equal(await found(), 1)
})

t.test('what changed between two versions is what the CHANGELOG says of it', async (t) => {
  const { body } = await get(`${at}/changes?from=1.0.0&to=1.1.0`)
  t.match(body, { from: '1.0.0', to: '1.1.0', html: /a board/ })
  t.notMatch(body.html, 'first')
})

t.test(
  'the page of a publisher has its verified scopes and how many packages it has',
  async (t) => {
    const { body } = await get('/v1/marketplace/publishers/acme')
    t.match(body, { name: 'acme', scopes: ['@acme'], packages: 1, since: /^20/ })
    t.match(body, { mustSign: false, keys: [], isTrusted: false })
    const publicKey = publicKeyText(generateKeyPairSync('ed25519').publicKey)
    const account = '/v1/marketplace/publishers/acme'
    const operator = { token: OPERATOR_TOKEN }
    const { keyid } = (
      await registry.call(`${account}/keys`, { ...operator, method: 'POST', body: { publicKey } })
    ).body
    const required = { ...operator, method: 'PUT', body: { required: true } }
    await registry.call(`${account}/signing`, required)
    await registry.call(`${account}/roles/trusted`, { ...operator, method: 'PUT' })
    t.match((await get(account)).body, { mustSign: true, keys: [{ keyid }], isTrusted: true })
    t.notOk('hasPassword' in body)
    t.equal((await get('/v1/marketplace/publishers/nobody')).status, 404)
  },
)

t.test('what is not there, or may not be shown any more, is not found', async (t) => {
  t.equal((await get('/v1/marketplace/packages/@acme%2Fnone')).status, 404)
  t.equal((await get(`${at}/versions/9.9.9`)).status, 404)
  await registry.knex('package_versions').where({ version: '1.0.0' }).update({ state: 'blocked' })
  t.equal((await get(`${at}/versions/1.0.0`)).status, 404)
})
