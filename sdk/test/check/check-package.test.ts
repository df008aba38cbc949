import t from 'tap'
import { checkPackage, families } from '../../src/check/check-package.ts'
import type { Severity } from '../../src/check/finding.ts'
import { gateRules } from '../../src/check/gate-rules.ts'
import { type FileChanges, pluginFiles, why } from './plugin-files.ts'

type Case = readonly [
  rule: string,
  what: string,
  changes: FileChanges,
  place?: string | undefined,
  severity?: Severity,
]

const asking = (capabilities: Readonly<Record<string, unknown>>) => ({ capabilities })
const own = { 'db:own': [{ quotaMb: 1, why }] }
const service = { services: [{ id: 'gate.count', contract: 'contracts/count.json' }] }
const contract = JSON.stringify({ operations: { count: {} } })
const withService = (plugin: string): FileChanges => ({
  manifest: { provides: service },
  files: { 'contracts/count.json': contract },
  plugin,
})
const secret = (line: string): FileChanges => ({ files: { 'docs/a.md': `# A\n\n${line}\n` } })
const drawn = 'q7Zt2LxV9pRk4NsB8mWd3HcF'
const elf = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1)

const found: readonly Case[] = [
  [
    'manifest/host-range',
    'a host of no such manifest',
    { manifest: { host: '^3.0.0' } },
    'package.json:14',
  ],
  ['manifest/host-range-open', 'hosts nobody has seen', { manifest: { host: '>=1' } }],
  ['manifest/language', 'a name in one language', { manifest: { displayName: { en: 'Gate' } } }],
  [
    'manifest/why-thin',
    'a word for a reason',
    {
      manifest: asking({ intl: [{ why: { ...why, en: 'because' } }] }),
      plugin: '{ udfs: {} }',
      code: 'Intl.x',
    },
  ],
  ['files/native', 'a native module by its name', { files: { 'lib/a.node': 'x' } }, 'lib/a.node'],
  ['files/native', 'a program by its first bytes', { files: { 'lib/run': elf } }, 'lib/run'],
  [
    'files/native-trusted',
    'a native module of the tier trusted',
    {
      manifest: { runtime: { tier: 'trusted', entry: 'dist/plugin.js' } },
      files: { 'a.node': elf },
    },
  ],
  ['files/unlisted-binary', 'a program for the path', { packageJson: { bin: './a.js' } }],
  ['files/archive', 'an archive', { files: { 'data.zip': 'x' } }],
  ['files/private', 'settings of a machine', { files: { '.npmrc': 'x' } }],
  ['licence/missing', 'no licence', { packageJson: { license: undefined } }],
  [
    'licence/not-spdx',
    'a licence in words',
    { packageJson: { license: 'Apache 2' } },
    'package.json:8',
  ],
  [
    'licence/file-missing',
    'terms that are not there',
    { packageJson: { license: 'SEE LICENSE IN TERMS' } },
  ],
  ['docs/readme', 'no README', { files: { 'README.md': '' }, packageJson: {} }],
  ['docs/usage', 'a README without a section', { files: { 'README.md': '# Gate\n' } }],
  ['docs/changelog-entry', 'a changelog of another version', { packageJson: { version: '1.2.1' } }],
  [
    'docs/too-long',
    'a changelog of many years',
    { files: { 'CHANGELOG.md': `## 1.2.0\n${'x'.repeat(70_000)}` } },
    'CHANGELOG.md',
  ],
  [
    'docs/too-long',
    'a licence that no page would show',
    { files: { LICENSE: 'x'.repeat(70_000) } },
    'LICENSE',
  ],
  [
    'docs/too-long',
    'terms that no page would show',
    {
      manifest: { terms: { file: { en: 'legal/terms.txt' } } },
      files: { 'legal/terms.txt': 'x'.repeat(70_000) },
    },
    'legal/terms.txt',
  ],
  ['docs/too-long', 'a long README of plain text', { files: { 'README.txt': 'x'.repeat(70_000) } }],
  [
    'docs/screenshot',
    'a drawing that could run scripts',
    {
      manifest: { listing: { screenshots: [{ file: 'docs/a.png', alt: why }] } },
      files: { 'docs/a.png': '<svg onload="alert(1)"/>' },
    },
  ],
  ['docs/description', 'no description', { packageJson: { description: '' } }],
  ['bundle/syntax', 'no JavaScript', { code: 'var = 1' }, 'dist/plugin.js:8'],
  [
    'bundle/capability-missing',
    'a query',
    {
      plugin: '{ jobs: { a } }',
      code: 'async function a(_, ctx) { await ctx.db.query("select 1") }',
      manifest: { provides: { jobs: [{ id: 'a', cron: '0 2 * * *' }] } },
    },
    'dist/plugin.js:8',
    'error',
  ],
  [
    'bundle/capability-missing',
    'a query two functions away',
    {
      plugin: '{ jobs: { a } }',
      code: 'const read = ({ db }) => db.query("select 1"); function a(_, { db, log }) { return read({ db }) }',
      manifest: { provides: { jobs: [{ id: 'a', cron: '0 2 * * *' }] } },
    },
    'dist/plugin.js:8',
    'error',
  ],
  [
    'bundle/capability-missing',
    'another event than the one',
    {
      plugin: '{ on: { "b.c": (e, c) => c.events.publish("x.y", e) } }',
      manifest: asking({
        'event:publish': [{ type: 'a.b', why }],
        'event:subscribe': [{ type: 'b.c', why }],
      }),
    },
    undefined,
    'error',
  ],
  [
    'bundle/capability-missing',
    'what only looks like it',
    { code: 'const a = new Store(); a.db.query("x")' },
    undefined,
    'warning',
  ],
  ['bundle/capability-unused', 'a power too many', { manifest: asking(own) }, 'package.json:26'],
  [
    'bundle/capability-unused',
    'an event that no transaction publishes',
    {
      manifest: {
        ...asking({ ...own, 'event:publish': [{ type: 'a.b', why }] }),
        provides: { jobs: [{ id: 'a', cron: '0 2 * * *' }] },
      },
      plugin: '{ jobs: { a: (_, { db }) => db.transaction([], { rows: 1 }) } }',
    },
  ],
  [
    'bundle/capability-missing',
    'an event of a transaction',
    {
      manifest: { ...asking(own), provides: { jobs: [{ id: 'a', cron: '0 2 * * *' }] } },
      plugin: '{ jobs: { a: (_, { db }) => db.transaction([], { events: [{ type: "x.y" }] }) } }',
    },
    undefined,
    'error',
  ],
  [
    'bundle/handler-missing',
    'no handler for an operation',
    withService('{ services: { "gate.count": {} } }'),
    'contracts/count.json:1',
  ],
  [
    'bundle/handler-unnamed',
    'a handler for no operation',
    withService('{ services: { "gate.count": { count() {}, other() {} } } }'),
    'dist/plugin.js:9',
    'error',
  ],
  [
    'bundle/handler-unnamed',
    'a job that nothing names',
    { plugin: '{ jobs: { a() {} } }' },
    undefined,
    'warning',
  ],
  [
    'secrets/private-key',
    'a private key',
    secret('-----BEGIN RSA PRIVATE KEY-----'),
    'docs/a.md:3',
  ], // signalbox-allow-secret: a test
  ['secrets/aws', 'a key of AWS', secret(`id AKIA${'QWERTYUIOP234567'}`)],
  ['secrets/gcp', 'a key of Google', secret(`AIza${'SyD4x9Qm2Lr7Vt5Bn8Kp3Wc6Hf1Jg0Zs_aY'}`)],
  ['secrets/github', 'a token of GitHub', secret(`ghp_${'a8Kd93mZq0Lw7Xv2Nb5Tc1Rf6Yh4Ju8Pe3Sg'}`)],
  ['secrets/npm', 'a token of npm', secret(`npm_${'a8Kd93mZq0Lw7Xv2Nb5Tc1Rf6Yh4Ju8Pe3Sg'}`)],
  ['secrets/slack', 'a token of Slack', secret(`xoxb-${'2841937465-8836251947-Kd93mZq0Lw7Xv2Nb'}`)],
  ['secrets/stripe', 'a key of Stripe', secret(`sk_live_${'a8Kd93mZq0Lw7Xv2Nb5Tc1Rf'}`)],
  [
    'secrets/jwt',
    'a web token',
    secret(
      `eyJ${'hbGciOiJIUzI1NiJ9a8Kd'}.eyJ${'zdWIiOiJhY21lIn0a8Kd'}.${'a8Kd93mZq0Lw7Xv2Nb5Tc1Rf'}`,
    ),
  ],
  ['secrets/signalbox', 'a token of a host', secret(`sba_${'a8Kd93mZq0Lw7Xv2Nb5Tc1Rf'}`)],
  [
    'secrets/url-password',
    'a password in a URL',
    secret(`postgres://app:${'k83mZq0Lw7'}@db.acme.test/x`),
  ],
  ['secrets/assigned', 'an assignment', secret(`apiKey = '${drawn}'`), 'docs/a.md:3', 'warning'],
]

for (const [rule, what, changes, place, severity] of found) {
  t.test(`${what} is found by ${rule}`, async (t) => {
    const files = new Map(pluginFiles(changes))
    if (what === 'no README') files.delete('README.md')
    const one = checkPackage(files).find((finding) => finding.rule === rule)
    t.ok(one, JSON.stringify(checkPackage(files).map((finding) => finding.rule)))
    const { file, line } = one ?? {}
    if (place !== undefined) t.equal(line === undefined ? file : `${file}:${line}`, place)
    if (severity !== undefined) t.equal(one?.severity, severity)
    for (const language of ['en', 'zh-CN'] as const) {
      t.notMatch(`${one?.message[language]}${one?.cure[language]}`, /\{\w+\}/, 'no place is open')
    }
  })
}

const clean: readonly (readonly [what: string, changes: FileChanges])[] = [
  ['nothing but what it should have', {}],
  ['terms of its own', { packageJson: { license: 'LicenseRef-Acme' } }],
  ['two licences', { packageJson: { license: '(MIT OR Apache-2.0)' } }],
  [
    'a query with its capability',
    {
      manifest: { ...asking(own), provides: { jobs: [{ id: 'a', cron: '0 2 * * *' }] } },
      plugin: '{ jobs: { a: (_, ctx) => ctx.db.query("select 1") } }',
    },
  ],
  [
    'a context that is handed to an object',
    {
      manifest: { ...asking(own), provides: { jobs: [{ id: 'a', cron: '0 2 * * *' }] } },
      plugin: '{ jobs: { a: (_, ctx) => new Store(ctx.db).read() } }',
    },
  ],
  ['an own variable of the name', { code: 'function f(ctx) { return ctx.db.size }' }],
  [
    'a service by a name that is computed',
    {
      manifest: {
        ...asking({ 'service:call': [{ service: 'a.b@^1', why }] }),
        provides: { jobs: [{ id: 'a', cron: '0 2 * * *' }] },
      },
      plugin: '{ jobs: { a: (_, ctx) => ctx.services.call(name(), "x", 1) } }',
    },
  ],
  ...[
    'db.transaction([], { events })',
    'db.transaction([], options)',
    'db.transaction([], { ...options })',
    'db.transaction(...both)',
    'db.transaction([], { events: [eventOf("a.b")] })',
    'db.transaction([], { events: [{ type: typeOf("a.b") }] })',
    'db.transaction([], events.length > 0 ? { events } : {})',
  ].map((call): readonly [string, FileChanges] => [
    `events of a transaction that only a run can tell: ${call}`,
    {
      manifest: {
        ...asking({ ...own, 'event:publish': [{ type: 'a.b', why }] }),
        provides: { jobs: [{ id: 'a', cron: '0 2 * * *' }] },
      },
      plugin: `{ jobs: { a: (_, { db }) => ${call} } }`,
    },
  ]),
  [
    'options of a transaction that publishes nothing, as far as one can see',
    {
      manifest: { ...asking(own), provides: { jobs: [{ id: 'a', cron: '0 2 * * *' }] } },
      plugin: '{ jobs: { a: (_, { db }) => db.transaction([], options) } }',
    },
  ],
  [
    'a handler that is wrapped',
    withService('{ services: { "gate.count": { count: timed(() => 1) } } }'),
  ],
  ['a table that is made elsewhere', withService('{ services: { "gate.count": make() } }')],
  [
    'a secret that says why it may be there',
    secret(`apiKey = '${drawn}' <!-- signalbox-allow-secret: made up -->`),
  ],
  [
    'a place for a secret',
    secret(`apiKey = 'your-api-key-goes-here-1234'; password: '${'$'}{DB_PASSWORD_OF_ACME_1}'`),
  ],
  [
    'an integrity, which is drawn too',
    secret('"integrity": "sha512-q7Zt2LxV9pRk4NsB8mWd3HcFq7Zt2LxV9pRk4NsB8mWd3HcF=="'),
  ],
  [
    'words about a password',
    secret(
      'The password: a text of sixteen characters or more. secretRef: "orders.demand.daily-figures"',
    ),
  ],
  ['a URL with a placeholder', secret('postgres://user:<password>@host/db')],
]

for (const [what, changes] of clean) {
  t.test(`of a package with ${what} nothing is said`, async (t) => {
    t.same(checkPackage(pluginFiles(changes)), [])
  })
}

t.test('every rule of the package alone has a case', async (t) => {
  const tried = new Set(found.map(([rule]) => rule))
  const untried = families
    .filter(({ stage, check }) => stage === 'package' && check !== undefined)
    .flatMap(({ rules }) => Object.keys(rules.definitions))
    .filter((rule) => !tried.has(rule) && rule !== 'docs/changelog')
  t.same(untried, [])
  t.ok(Object.keys(gateRules.definitions).length > 0)
})

t.test(
  'hostile text of a package draws on no terminal, and no file makes the list endless',
  async (t) => {
    const lines = Array.from({ length: 500 }, (_, n) => `apiKey${n} = '${drawn}'`).join('\n')
    const findings = checkPackage(
      pluginFiles({ packageJson: { license: 'x\u001b[2J\u0000' }, files: { 'a.md': lines } }),
    )
    t.ok(findings.length < 60)
    t.notMatch(JSON.stringify(findings), /\\u001b|\\u0000/)
  },
)

t.test('a bundle that is nested beyond any stack ends in a finding', async (t) => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  const rules = checkPackage(pluginFiles({ code: `var a = ${deep}` })).map(({ rule }) => rule)
  t.same(rules, ['bundle/syntax'])
})
