import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { packPlugin } from '../../src/pack/pack-plugin.ts'

const why = { en: 'For the test', 'zh-CN': '测试' }
const object = (properties: object) => ({
  type: 'object',
  required: Object.keys(properties),
  additionalProperties: false,
  properties,
})
const number = { type: 'number' }
const contractOf = (id: string, operations: object) =>
  JSON.stringify({ id, major: 1, title: { en: id, 'zh-CN': id }, operations })

const files = {
  'package.json': JSON.stringify({
    name: '@acme/typed',
    version: '1.0.0',
    type: 'module',
    keywords: ['signalbox-plugin'],
    files: ['dist', 'contracts', 'schemas'],
    signalbox: {
      manifest: 1,
      host: '^1.0.0',
      displayName: { en: 'Typed', 'zh-CN': '类型' },
      runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
      config: 'schemas/config.json',
      capabilities: {
        'service:call': [{ service: 'orders.demand@^1', why }],
        'event:publish': [{ type: 'typed.counted', why }],
        'event:subscribe': [{ type: 'orders.created', why }],
        'job:schedule': [{ per: 'tenant', why }],
        'udf:provide': [{ why }],
      },
      provides: {
        services: [{ id: 'typed.sums', contract: 'contracts/sums.json' }],
        events: [{ type: 'typed.counted', schema: 'schemas/counted.json' }],
        jobs: [{ id: 'recount' }],
        udfs: [{ id: 'margin', args: 'schemas/margin.json' }],
      },
    },
  }),
  'contracts/sums.json': contractOf('typed.sums', {
    add: { input: object({ a: number, b: number }), output: object({ sum: number }) },
  }),
  'schemas/config.json': JSON.stringify(object({ currency: { enum: ['CNY', 'EUR'] } })),
  'schemas/counted.json': JSON.stringify(object({ n: number })),
  'schemas/margin.json': JSON.stringify({
    type: 'array',
    prefixItems: [number, number],
    minItems: 2,
  }),
  'uses/orders.demand@1.json': contractOf('orders.demand', {
    demand: { input: object({ sku: { type: 'string' } }), output: object({ units: number }) },
  }),
  'uses/orders.created.json': JSON.stringify(object({ order: { type: 'string' } })),
  'src/signalbox.gen.ts': '',
  'src/index.ts': `import { type ContextOf, definePlugin, type OperationOf } from '@signalbox/sdk'
import type { Signalbox } from './signalbox.gen.ts'

const add: OperationOf<Signalbox, 'typed.sums', 'add'> = async ({ a, b }, ctx) => {
  const { units } = await ctx.services.call('orders.demand', 'demand', { sku: ctx.config.currency })
  await ctx.events.publish('typed.counted', { n: units })
  await ctx.jobs.schedule('recount', { afterMs: 1000 })
  return { sum: a + b }
}
const recount = (_run: unknown, ctx: ContextOf<Signalbox>) => ctx.log.info('counted')

export default definePlugin<Signalbox>({
  services: { 'typed.sums': { add } },
  on: { 'orders.created': (event, ctx) => ctx.log.info(event.data.order) },
  jobs: { recount },
  udfs: { margin: (price, cost) => price - cost },
})
`,
}

/** What an author gets wrong, what tsc must say of it, and in which words. */
const mistakes: readonly (readonly [name: string, from: string, to: string, says: RegExp])[] = [
  [
    'an output of another type',
    'sum: a + b',
    'sum: String(a)',
    /string.* not assignable to type 'number'/,
  ],
  [
    'a field that the contract does not have',
    '{ a, b }, ctx',
    '{ a, c }, ctx',
    /Property 'c' does not exist/,
  ],
  [
    'an operation without a handler',
    "{ 'typed.sums': { add } }",
    "{ 'typed.sums': {} }",
    /"add"' is missing/,
  ],
  ['a handler that no contract names', '{ add }', '{ add, take: add }', /'take' does not exist/],
  [
    'a service that no manifest names',
    "{ 'typed.sums'",
    "{ 'typed.sum'",
    /'typed\.sum'' does not exist/,
  ],
  [
    'an event that it does not hear',
    "'orders.created':",
    "'orders.deleted':",
    /'orders\.deleted'' does not exist/,
  ],
  [
    'data that a heard event does not have',
    'event.data.order',
    'event.data.id',
    /Property 'id' does not exist/,
  ],
  [
    'data of an event that breaks its schema',
    '{ n: units }',
    "{ n: 'x' }",
    /string.* not assignable to type 'number'/,
  ],
  [
    'an event that it may not publish',
    "publish('typed.counted'",
    "publish('typed.lost'",
    /'"typed.lost"' is not assignable/,
  ],
  [
    'a service that it may not call',
    "call('orders.demand'",
    "call('orders.supply'",
    /'"orders.supply"' is not assignable/,
  ],
  ["an input that another's contract refuses", '{ sku: ctx', '{ id: ctx', /'id' does not exist/],
  [
    "an output that another's contract does not have",
    '{ units } =',
    '{ unit } =',
    /Property 'unit' does not exist/,
  ],
  [
    'a job that is not in the manifest',
    "schedule('recount'",
    "schedule('refit'",
    /'"refit"' is not assignable/,
  ],
  ['a job without a handler', 'jobs: { recount },', '', /Property 'jobs' is missing/],
  [
    'a setting that is not in its schema',
    'ctx.config.currency',
    'ctx.config.money',
    /Property 'money' does not exist/,
  ],
  [
    'what was not asked for',
    "ctx.log.info('counted')",
    "ctx.db.query('select 1')",
    /Property 'db' does not exist/,
  ],
  [
    'an argument of another type',
    '(price, cost) => price',
    '(price: string, cost: number) => price.length',
    /string/,
  ],
  [
    'a self-test that no manifest promises',
    'jobs: { recount },',
    'jobs: { recount }, selfTest: () => 0,',
    /not assignable to type 'undefined'|never/,
  ],
]

t.test('what a plugin gets wrong about its own manifest does not compile', async (t) => {
  const folder = t.testdir({ right: {} })
  const right = join(folder, 'right')
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(right, path)), { recursive: true })
    await writeFile(join(right, path), content)
  }
  await packPlugin(right)
  const source = files['src/index.ts']
  await mkdir(join(folder, 'node_modules/@signalbox'), { recursive: true })
  await symlink(join(import.meta.dirname, '../..'), join(folder, 'node_modules/@signalbox/sdk'))
  for (const [index, [name, from, to]] of mistakes.entries()) {
    t.ok(source.includes(from), `${name}: there is something to mistake`)
    await mkdir(join(folder, `wrong-${index}`))
    await writeFile(join(folder, `wrong-${index}/index.ts`), source.replace(from, to))
    const types = 'signalbox.gen.ts'
    await copyFile(join(right, 'src', types), join(folder, `wrong-${index}`, types))
  }
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(import.meta.dirname, '../../../tsconfig.json'),
      compilerOptions: { types: [], lib: ['es2024', 'dom'] },
      include: ['right/src', 'wrong-*/*.ts'],
      exclude: [],
    }),
  )
  const tsc = join(import.meta.dirname, '../../../node_modules/typescript/bin/tsc')
  const words = [tsc, '--project', folder, '--pretty', 'false', '--preserveSymlinks']
  const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: folder }).catch(
    (failed: { stdout: string }) => failed,
  )
  const told = stdout.split(/\n(?=\S)/)
  const ofFolder = (part: string) => told.filter((line) => line.startsWith(`${part}/`))
  t.same(ofFolder('right'), [], 'as it should be it compiles')
  for (const [index, [name, , , says]] of mistakes.entries()) {
    t.match(ofFolder(`wrong-${index}`).join('\n'), says, name)
  }
  t.same(
    told.filter((line) => line !== '' && !/^wrong-\d+\//.test(line)),
    [],
    'and nothing else is wrong',
  )
})

t.test('types that are there are written anew when their plugin is packed', async (t) => {
  const folder = t.testdir({})
  const withTypes = async (content: string | undefined) => {
    for (const [path, text] of Object.entries({ ...files, 'src/signalbox.gen.ts': content })) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      if (text !== undefined) await writeFile(join(folder, path), text)
    }
  }
  const written = () =>
    readFile(join(folder, 'src/signalbox.gen.ts'), 'utf8').catch(() => undefined)
  await withTypes(undefined)
  await packPlugin(folder)
  t.equal(await written(), undefined, 'nobody asked for them')
  await packPlugin(folder, { types: true })
  const first = await written()
  t.match(first, 'export type Signalbox = {')
  await withTypes('stale')
  await packPlugin(folder)
  t.equal(await written(), first)
})
