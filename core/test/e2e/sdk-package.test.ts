import { execFile } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { renderTemplate } from '../../src/cli/author/create/render-template.ts'
import { type Template, templateNames, templates } from '../../src/cli/author/create/templates.ts'

const root = join(import.meta.dirname, '../../..')
const sdk = join(root, 'sdk')
const tool = (path: string) => join(root, 'node_modules', path)
const run = promisify(execFile)
const node = (words: readonly string[], cwd: string) =>
  run(process.execPath, [...words], { cwd, maxBuffer: 8 * 1024 * 1024 }).catch(
    (failed: { stdout: string; stderr: string }) => {
      throw new Error(`${failed.stdout}\n${failed.stderr}`)
    },
  )

const folder = t.testdir({})
await node(['scripts/build.ts'], sdk)
const npm = tool('npm/bin/npm-cli.js')
const { stdout } = await node([npm, 'pack', join(sdk, 'dist'), '--json'], folder)
const packed: unknown = JSON.parse(stdout)
// Some releases of npm answer a list, some an object by name.
const [{ filename }] = Object.values(packed as object) as [{ filename: string }]
const tarball = join(folder, filename)

t.test('the package is what publint asks for', async (t) => {
  const { stdout: told } = await node([tool('publint/src/cli.js'), tarball, '--strict'], folder)
  t.match(told, /All good/)
})

t.test('its types are found by every resolver that knows ES modules', async (t) => {
  const words = [tool('@arethetypeswrong/cli/dist/index.js'), tarball, '--profile', 'esm-only']
  const { stdout: told } = await node([...words, '--no-emoji'], folder)
  // It would have ended with 1, too.
  t.match(told, /node16 \(from ESM\): OK \(ESM\)/)
  t.notMatch(told, /(node16 \(from ESM\)|bundler): (?!OK)/)
})

t.test('it installs into an empty project, and is imported with its types', async (t) => {
  const files = {
    'package.json': '{ "name": "scratch", "private": true, "type": "module" }',
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        target: 'es2022',
        lib: ['es2023', 'dom'],
        module: 'nodenext',
        types: [],
        allowImportingTsExtensions: true,
      },
      include: ['src'],
    }),
    'src/use.ts': `import { definePlugin, Refusal } from '@signalbox/sdk'
import { createServiceClient, ServiceError } from '@signalbox/sdk/client'
import { validateManifest } from '@signalbox/sdk/manifest'
import type { TestHost } from '@signalbox/sdk/testing'

interface Orders { list(input: { status: string }): Promise<{ n: number }> }
const shape = { id: 'orders', major: 1, operations: { list: { safe: true } } }
const options = { url: 'https://host.test', key: 'k', fetch: async () => new Response('{"n":1}') }
const { n } = await createServiceClient<Orders>(shape, options).list({ status: 'open' })
// @ts-expect-error: no such operation
const nothing = createServiceClient<Orders>(shape, options).take
const plugin = definePlugin({ services: {} })
export const told = (host: TestHost): readonly string[] => host.published.map(({ type }) => type)
console.log([n, nothing, Object.isFrozen(plugin), validateManifest({}).ok, typeof Refusal, typeof ServiceError].join())
`,
    'plugin/package.json': JSON.stringify({
      name: '@acme/hello',
      version: '1.0.0',
      type: 'module',
      keywords: ['signalbox-plugin'],
      files: ['dist'],
      signalbox: {
        manifest: 1,
        host: '^1.0.0',
        displayName: { en: 'Hello', 'zh-CN': '你好' },
        runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
        provides: { jobs: [{ id: 'hello' }] },
        capabilities: { 'job:schedule': [{ per: 'tenant', why: { en: 'Says hello' } }] },
      },
    }),
    'plugin/src/index.ts': `import { definePlugin } from '@signalbox/sdk'
export default definePlugin({ jobs: { hello: (_run, ctx) => ctx.log.info(new URL('https://a.test/').host) } })
`,
    'try.mjs': `import { createTestHost } from '@signalbox/sdk/testing'
import plugin from './plugin/src/index.ts'
const host = await createTestHost({ folder: 'plugin', plugin })
await host.runJob('hello')
console.log(host.log[0].message)
`,
    'pack.mjs': `import { packPlugin } from '@signalbox/sdk/pack'
console.log(JSON.stringify(await packPlugin('plugin')))
`,
  }
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  await node([npm, 'install', tarball, '--no-audit', '--no-fund', '--ignore-scripts'], folder)
  t.equal((await node([tool('typescript/bin/tsc'), '-p', folder], folder)).stdout, '')
  const used = await node([join(folder, 'src/use.ts')], folder)
  t.equal(used.stdout.trim(), '1,,true,false,function,function')
  const made = JSON.parse((await node([join(folder, 'pack.mjs')], folder)).stdout)
  t.match(made, { name: '@acme/hello', warnings: [] }, 'it packs a plugin as the clone does')
  const tried = await node([join(folder, 'try.mjs')], folder)
  t.equal(tried.stdout.trim(), 'a.test', 'and runs one on a host in memory')
})

t.test('what create writes compiles and passes its tests on the installed package', async (t) => {
  const made = join(folder, 'made')
  await mkdir(made)
  await writeFile(join(made, 'package.json'), '{ "private": true }')
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-save']
  await node([npm, 'install', ...flags, tarball], made)
  // The types of Node that the project itself is checked by, not what a registry has today.
  await mkdir(join(made, 'node_modules/@types'), { recursive: true })
  await symlink(tool('@types/node'), join(made, 'node_modules/@types/node'))
  // A pack without code has nothing to compile.
  const withCode = templateNames.filter((name) => (templates[name] as Template).only === undefined)
  for (const [template, language] of withCode.flatMap((name) => [
    [name, 'ts'] as const,
    [name, 'js'] as const,
  ])) {
    const place = join(made, `${template}-${language}`)
    const packageName = `@acme/${template}-${language}`
    await renderTemplate(place, { template, language, packageName })
    if (language === 'ts') {
      t.equal((await node([tool('typescript/bin/tsc')], place)).stdout, '', `${template} compiles`)
    }
    const tests = await node(['--no-warnings', '--test'], place)
    t.match(tests.stdout, /pass [1-9]\d*\n[\s\S]*fail 0/, `${template} in ${language}`)
  }
})

t.test(
  'it installs into a folder that create has written, before any registry has it',
  async (t) => {
    const place = join(folder, 'alone')
    const options = { template: 'udf-pack', language: 'js', packageName: '@acme/alone' } as const
    await renderTemplate(place, options)
    await node([npm, 'install', '--no-save', tarball, '--no-audit', '--no-fund'], place)
    const used = await node(['--no-warnings', '--test'], place)
    t.match(used.stdout, /fail 0/)
  },
)
