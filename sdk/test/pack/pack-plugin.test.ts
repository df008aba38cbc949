import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import t, { type Test } from 'tap'
import { CodedError } from '../../src/errors/coded-error.ts'
import { packPlugin } from '../../src/pack/pack-plugin.ts'

type Json = Record<string, unknown>

const manifest = {
  manifest: 1,
  host: '^1.0.0',
  displayName: { en: 'Echo' },
  runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
  provides: { services: [{ id: 'demo.echo', contract: 'contracts/demo.echo.json' }] },
}

const document = {
  name: '@acme/echo',
  version: '1.0.0',
  type: 'module',
  keywords: ['signalbox-plugin'],
  files: ['dist', 'contracts'],
  signalbox: manifest,
}

const contract = {
  id: 'demo.echo',
  major: 1,
  title: { en: 'Echo' },
  operations: {
    say: {
      input: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } },
      output: { type: 'object' },
      examples: [{ input: { text: 'hello' }, output: { text: 'hello' } }],
    },
  },
}

const source = `import { definePlugin, Refusal } from '@signalbox/sdk'
import { loud } from './loud.ts'
export default definePlugin({
  services: {
    'demo.echo': {
      say(input: { text: string }) {
        if (input.text === '') throw new Refusal('NOTHING_SAID', 'Say something.')
        return { text: loud(input.text) }
      },
    },
  },
})
`

const good: Record<string, string | Json> = {
  'package.json': document,
  'contracts/demo.echo.json': contract,
  'src/index.ts': source,
  'src/loud.ts': 'export const loud = (text: string): string => text.concat("!")\n',
}

/** A plugin's folder: the good one with some files replaced, or taken away with `null`. */
async function folderOf(t: Test, changes: Record<string, string | Json | null> = {}) {
  const folder = t.testdir({})
  for (const [path, content] of Object.entries({ ...good, ...changes })) {
    if (content === null) continue
    const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2)
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return folder
}

async function refusalOf(folder: string): Promise<CodedError> {
  try {
    await packPlugin(folder)
  } catch (error) {
    if (error instanceof CodedError) return error
    throw error
  }
  throw new Error('expected a refusal')
}

const withManifest = (changes: Json): Json => ({
  ...document,
  signalbox: { ...manifest, ...changes },
})

t.test('packs a plugin into one script that runs in a realm of ECMAScript alone', async (t) => {
  const folder = await folderOf(t)
  const packed = await packPlugin(folder)
  const code = await readFile(packed.bundlePath, 'utf8')
  t.equal(packed.bytes, Buffer.byteLength(code))
  t.equal(packed.sha256, createHash('sha256').update(code).digest('hex'))
  t.same(await readdir(dirname(packed.bundlePath)), ['plugin.js'], 'leaves no draft behind')

  const realm = createContext(Object.create(null))
  runInContext(code, realm)
  const say = `__signalbox_plugin.default.services['demo.echo'].say`
  t.equal(runInContext(`${say}({ text: 'hello' }).text`, realm), 'hello!')
  const refused = `try { ${say}({ text: '' }) } catch (error) { error.name + ' ' + error.code }`
  t.equal(runInContext(refused, realm), 'Refusal NOTHING_SAID')
})

t.test('a trusted plugin anywhere on the machine is given this SDK', async (t) => {
  const runtime = { tier: 'trusted', entry: 'dist/plugin.js' }
  const inside = await folderOf(t, {
    'package.json': withManifest({ runtime }),
    'src/index.ts': source.replaceAll('definePlugin', 'defineTrustedPlugin'),
  })
  // Beside no node_modules, as a clone of its own would be.
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await cp(inside, folder, { recursive: true })
  const { sha256 } = await packPlugin(folder)
  t.equal((await packPlugin(inside)).sha256, sha256, 'the same bytes wherever it is')
})

t.test('sources are strict in the bundle, as modules are everywhere', async (t) => {
  const loud = 'export function loud(this: unknown) { return typeof this }'
  const folder = await folderOf(t, {
    'src/loud.ts': loud,
    'src/index.ts': source.replace('loud(input.text)', '(0, loud)()'),
  })
  const { bundlePath } = await packPlugin(folder)
  const realm = createContext(Object.create(null))
  runInContext(await readFile(bundlePath, 'utf8'), realm)
  const said = `__signalbox_plugin.default.services['demo.echo'].say({ text: 'x' }).text`
  t.equal(runInContext(said, realm), 'undefined')
})

t.test('equal sources give equal bytes in another folder, under another tsconfig', async (t) => {
  const folder = await folderOf(t)
  const first = await packPlugin(folder)
  const elsewhere = join(folder, 'deep', 'er')
  for (const path of Object.keys(good)) {
    await cp(join(folder, path), join(elsewhere, path), { recursive: true })
  }
  await writeFile(join(elsewhere, '..', 'tsconfig.json'), '{"compilerOptions":{"target":"es5"}}')
  const second = await packPlugin(elsewhere)
  t.equal(second.sha256, first.sha256)
  t.notMatch(await readFile(second.bundlePath, 'utf8'), folder, 'no path of this machine inside')
})

t.test('takes npm packages in, and a package that is named like a module of Node', async (t) => {
  const folder = await folderOf(t, {
    'src/index.ts': `import EventEmitter from 'events'\nimport { two } from 'two'\n${source.replace('loud(', 'two + new EventEmitter().name + loud(')}`,
    'node_modules/two/package.json': { name: 'two', main: 'index.cjs' },
    'node_modules/two/index.cjs': 'exports.two = process.env.NODE_ENV === "production" ? 2 : 1',
    'node_modules/events/package.json': { name: 'events', main: 'events.js' },
    'node_modules/events/events.js': 'export default class { name = "events" }',
  })
  const { bundlePath } = await packPlugin(folder)
  const realm = createContext(Object.create(null))
  runInContext(await readFile(bundlePath, 'utf8'), realm)
  const said = runInContext(
    `__signalbox_plugin.default.services['demo.echo'].say({ text: 'x' }).text`,
    realm,
  )
  t.equal(said, '2eventsx!')
})

const refusals: readonly [
  title: string,
  changes: Record<string, string | Json | null>,
  code: string,
  fault: { at?: string | RegExp; pointer?: string; detail?: RegExp },
][] = [
  [
    'no package.json',
    { 'package.json': null },
    'SDK_PACKAGE_INVALID',
    { at: 'package.json', detail: /is not there/ },
  ],
  [
    'a package.json that is not JSON',
    { 'package.json': '{' },
    'SDK_PACKAGE_INVALID',
    { detail: /is not JSON/ },
  ],
  [
    'a version that is a range',
    { 'package.json': { ...document, version: '^1.0.0' } },
    'SDK_PACKAGE_INVALID',
    { at: 'package.json:3:3', pointer: '/version' },
  ],
  [
    'run-time dependencies',
    { 'package.json': { ...document, dependencies: { two: '1.0.0' } } },
    'SDK_PACKAGE_INVALID',
    { pointer: '/dependencies', detail: /devDependencies/ },
  ],
  [
    'an unknown capability',
    {
      'package.json': withManifest({ capabilities: { 'disk:all': [{ why: { en: 'Because' } }] } }),
    },
    'SDK_MANIFEST_INVALID',
    { at: /^package\.json:\d+:\d+$/, pointer: '/signalbox/capabilities/disk:all' },
  ],
  [
    'an entry that would overwrite a source',
    { 'package.json': withManifest({ runtime: { tier: 'sandbox', entry: 'src/index.js' } }) },
    'SDK_FILES_INVALID',
    { pointer: '/files', detail: /src\/index\.js/ },
  ],
  [
    'a bundle that npm would not publish',
    { 'package.json': { ...document, files: ['contracts'] } },
    'SDK_FILES_INVALID',
    { pointer: '/files', detail: /dist\/plugin\.js/ },
  ],
  [
    'a contract that is not there',
    { 'contracts/demo.echo.json': null },
    'SDK_FILES_INVALID',
    { pointer: '/signalbox/provides/services/0/contract', detail: /is not there/ },
  ],
  [
    'a schema of settings that is no schema',
    {
      'package.json': { ...withManifest({ config: 'contracts/config.json' }) },
      'contracts/config.json': { type: 'objekt' },
    },
    'SDK_FILES_INVALID',
    { at: 'contracts/config.json:1:1', detail: /not a usable JSON Schema/ },
  ],
  [
    'a schema of settings whose check answers later',
    {
      'package.json': { ...withManifest({ config: 'contracts/config.json' }) },
      'contracts/config.json': { properties: { unit: { $async: true } } },
    },
    'SDK_FILES_INVALID',
    { at: 'contracts/config.json:4:7', pointer: '/properties/unit/$async' },
  ],
  [
    'an example that does not fit its schema',
    {
      'contracts/demo.echo.json': {
        ...contract,
        operations: { say: { ...contract.operations.say, examples: [{ input: {} }] } },
      },
    },
    'SDK_CONTRACT_INVALID',
    {
      at: /^contracts\/demo\.echo\.json:\d+:\d+$/,
      pointer: '/operations/say/examples/0/input/text',
    },
  ],
  [
    'a contract of another service',
    { 'contracts/demo.echo.json': { ...contract, id: 'demo.other' } },
    'SDK_CONTRACT_INVALID',
    { at: 'contracts/demo.echo.json:2:3', pointer: '/id' },
  ],
  [
    'no sources',
    { 'src/index.ts': null, 'src/loud.ts': null },
    'SDK_BUNDLE_FAILED',
    { at: 'src/index.ts', detail: /is not there/ },
  ],
  [
    'a syntax error',
    { 'src/loud.ts': 'export const loud = = 1' },
    'SDK_BUNDLE_FAILED',
    { at: 'src/loud.ts:1:21' },
  ],
  [
    'a module of Node',
    { 'src/loud.ts': `import { readFileSync } from 'node:fs'\nexport const loud = readFileSync` },
    'SDK_BUNDLE_FAILED',
    { at: 'src/loud.ts:1:30', detail: /"node:fs" is a module of Node/ },
  ],
  [
    'a module of Node by its short name',
    { 'src/loud.ts': `import { readFileSync } from 'fs'\nexport const loud = readFileSync` },
    'SDK_BUNDLE_FAILED',
    { at: 'src/loud.ts:1:30', detail: /"fs" is a module of Node/ },
  ],
  [
    'a package that is not installed',
    { 'src/loud.ts': `import { loud } from 'not-installed'\nexport { loud }` },
    'SDK_BUNDLE_FAILED',
    { detail: /devDependencies/ },
  ],
  [
    'the half of the SDK that is not for guests',
    { 'src/loud.ts': `export { packPlugin as loud } from '@signalbox/sdk/pack'` },
    'SDK_BUNDLE_FAILED',
    { detail: /not for guests/ },
  ],
  [
    'an import from another machine',
    { 'src/loud.ts': `export { loud } from 'https://example.com/loud.js'` },
    'SDK_BUNDLE_FAILED',
    { detail: /left outside of the bundle/ },
  ],
  [
    'import.meta',
    { 'src/loud.ts': 'export const loud = () => import.meta.url' },
    'SDK_BUNDLE_FAILED',
    { at: /^src\/loud\.ts:1:/, detail: /import\.meta/ },
  ],
  [
    'a bundle that nobody wants to load',
    { 'src/loud.ts': `export const loud = () => '${'x'.repeat(2 * 1024 * 1024)}'` },
    'SDK_BUNDLE_TOO_LARGE',
    { at: 'src/loud.ts' },
  ],
  [
    'an operation without a handler',
    { 'src/index.ts': source.replace('say(', 'shout(') },
    'SDK_BUNDLE_UNLIKE_MANIFEST',
    { pointer: '/services/demo.echo/say' },
  ],
  [
    'no default export',
    { 'src/index.ts': 'export const plugin = {}' },
    'SDK_BUNDLE_UNLIKE_MANIFEST',
    { detail: /default export/ },
  ],
  [
    'a global that only Node has, used while loading',
    { 'src/loud.ts': `const key = Buffer.from('x')\nexport const loud = () => key` },
    'SDK_BUNDLE_FAILED',
    { at: 'src/loud.ts:1:13', detail: /"Buffer" is of Node/ },
  ],
]

for (const [title, changes, code, fault] of refusals) {
  t.test(`refuses ${title}`, async (t) => {
    const folder = await folderOf(t, changes)
    const error = await refusalOf(folder)
    t.equal(error.code, code)
    t.match(error.faults[0], fault)
  })
}

t.test('warns of capabilities that the code uses and the manifest does not ask for', async (t) => {
  const loud = `export const loud = async (ctx: { db: { query(sql: string): unknown } }) =>
    [ctx.db.query('select 1'), await fetch('https://a.example')]`
  const changes = { 'src/loud.ts': loud }
  const { warnings } = await packPlugin(await folderOf(t, changes))
  t.match(warnings, [/uses ctx\.db, .*"db:own"/, /uses fetch, .*"http:fetch"/])
  const why = { en: 'Because' }
  const capabilities = { 'http:fetch': [{ origins: ['https://a.example'], why }] }
  const asked = { ...changes, 'package.json': withManifest({ capabilities }) }
  const { warnings: rest } = await packPlugin(await folderOf(t, asked))
  t.match(rest, [/ctx\.db/])
  t.equal(rest.length, 1)
})

t.test('what no guest has is refused in own files, and warned of in packages', async (t) => {
  const loud = 'export const loud = (text: string) => new Intl.NumberFormat().format(text.length)'
  const error = await refusalOf(await folderOf(t, { 'src/loud.ts': loud }))
  t.match(error.faults, [{ at: 'src/loud.ts:1:43', detail: /"intl" in the manifest/ }])
  const capabilities = { intl: [{ why: { en: 'Because' } }] }
  await packPlugin(
    await folderOf(t, { 'src/loud.ts': loud, 'package.json': withManifest({ capabilities }) }),
  )
  const folder = await folderOf(t, {
    'src/loud.ts': `import { where } from 'lost'
      const local = (process: string) => ({ self: process, window: 1 })
      export const loud = (text: string) => text + where() + local('') + (typeof document === 'object')`,
    'node_modules/lost/package.json': { name: 'lost', main: 'index.js' },
    'node_modules/lost/index.js': 'exports.where = () => process.cwd()',
  })
  const { warnings } = await packPlugin(folder)
  t.match(warnings, [/^lost uses .*"process"/])
  t.equal(warnings.length, 1)
})

t.test('refuses a link in place of a file', async (t) => {
  const folder = await folderOf(t)
  await rm(join(folder, 'contracts/demo.echo.json'))
  await writeFile(join(folder, 'elsewhere.json'), JSON.stringify(contract))
  await symlink('../elsewhere.json', join(folder, 'contracts/demo.echo.json'))
  const error = await refusalOf(folder)
  t.equal(error.code, 'SDK_FILES_INVALID')
  t.match(error.faults[0], { detail: /is a link/ })
})

t.test('a bundle that computes without end while it loads is ended', async (t) => {
  const folder = await folderOf(t, { 'src/loud.ts': 'for (;;) {}\nexport const loud = 1' })
  const error = await refusalOf(folder)
  t.equal(error.code, 'SDK_BUNDLE_UNLIKE_MANIFEST')
  t.match(error.faults[0], { detail: /timed out/ })
})

t.test('a bundle that escapes the realm while it loads still reaches no file', async (t) => {
  const escaping = `const host = globalThis.constructor.constructor('return process')()
host.getBuiltinModule('node:fs').writeFileSync('escaped', 'x')
export const loud = () => ''`
  const folder = await folderOf(t, { 'src/loud.ts': escaping })
  const error = await refusalOf(folder)
  t.equal(error.code, 'SDK_BUNDLE_UNLIKE_MANIFEST')
  t.notOk((await readdir(folder)).includes('escaped'))
})

t.test('a failed packing takes the older bundle away', async (t) => {
  const folder = await folderOf(t)
  await packPlugin(folder)
  await writeFile(join(folder, 'src/loud.ts'), 'export const loud = = 1')
  await refusalOf(folder)
  t.same(await readdir(join(folder, 'dist')), [])
})
