import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { definePlugin } from '../../src/plugin/define-plugin.ts'
import { isPacked } from '../../src/testing/memory-assets.ts'
import { createTestHost } from '../../src/testing/test-host.ts'

const object = (properties: object, required: readonly string[] = Object.keys(properties)) => ({
  type: 'object',
  required,
  additionalProperties: false,
  properties,
})
const contract = (id: string, operations: object) => ({
  id,
  major: 1,
  title: { en: id },
  operations,
})
const why = { why: { en: 'For the test' } }

const files = {
  'package.json': {
    name: '@acme/hello',
    version: '1.0.0',
    type: 'module',
    keywords: ['signalbox-plugin'],
    files: ['dist', 'contracts', 'schemas', 'assets'],
    signalbox: {
      manifest: 1,
      host: '^1.0.0',
      displayName: { en: 'Hello' },
      runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
      capabilities: {
        'blob:own': [{ quotaMb: 1, ...why }],
        'service:call': [{ service: 'orders.demand@^1', ...why }],
        'event:subscribe': [
          { type: 'orders.created', ...why },
          { type: 'orders.unknown', ...why },
        ],
        'identity:read': [{ fields: ['unit-parent'], ...why }],
      },
      provides: {
        services: [{ id: 'hello.one', contract: 'contracts/hello.json' }],
        extensionPoints: [{ id: 'hello.one/extra/v1', schema: 'schemas/extra.json' }],
      },
    },
  },
  'contracts/hello.json': contract('hello.one', {
    run: { input: object({ what: { type: 'string' } }), output: {} },
  }),
  'schemas/extra.json': object({ id: { type: 'string' } }),
  'uses/orders.demand@1.json': contract('orders.demand', {
    view: {
      safe: true,
      input: object({ item: { type: 'string' } }),
      output: object({ pieces: { type: 'integer' } }),
    },
  }),
  'uses/orders.created.json': object({ order: { type: 'string' } }),
}

async function folderOf(t: Test, changes: Readonly<Record<string, object>> = {}): Promise<string> {
  const folder = t.testdir({})
  for (const [path, value] of Object.entries({ ...files, ...changes })) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), JSON.stringify(value))
  }
  return folder
}

// biome-ignore lint/suspicious/noExplicitAny: each test hands on what it tries
type Run = (ctx: any) => unknown

const pluginOf = (run: Run) =>
  definePlugin({
    services: { 'hello.one': { run: (_input, ctx) => run(ctx) } },
    on: { 'orders.created': () => undefined, 'orders.unknown': () => undefined },
  })

t.test('a service whose contract is in uses/ is held to it, both ways', async (t) => {
  const folder = await folderOf(t)
  const call = async (operation: string, input: unknown, output: unknown) => {
    const plugin = pluginOf((ctx) => ctx.services.call('orders.demand', operation, input))
    const services = { 'orders.demand@1': { [operation]: () => output } }
    const host = await createTestHost({ folder, plugin, answers: { services } })
    return host.call('hello.one', 'run', { what: '' })
  }
  t.same(await call('view', { item: 'A' }, { pieces: 3 }), { pieces: 3 })
  await t.rejects(call('view', { item: 7 }, { pieces: 3 }), {
    code: 'CORE_INPUT_INVALID',
    faults: [{ pointer: '/item' }],
  })
  await t.rejects(call('view', { item: 'A' }, { pieces: 'many' }), {
    code: 'CORE_ANSWER_BREAKS_CONTRACT',
    faults: [{ pointer: '/pieces' }],
  })
  await t.rejects(call('take', { item: 'A' }, {}), { code: 'CORE_OPERATION_MISSING' })
})

t.test(
  'an event that is handed over is held to the schema in uses/, and to the limits of all',
  async (t) => {
    const host = await createTestHost({
      folder: await folderOf(t),
      plugin: pluginOf(() => undefined),
    })
    await host.emit('orders.created', { order: 'O-1' })
    await t.rejects(host.emit('orders.created', { order: 1 }), {
      code: 'CORE_EVENT_BREAKS_SCHEMA',
      faults: [{ pointer: '/order' }],
    })
    await host.emit('orders.unknown', { whatever: true })
    await t.rejects(host.emit('orders.unknown', 'x'.repeat(65 * 1024)), {
      code: 'CORE_EVENT_TOO_LARGE',
    })
  },
)

t.test('a file in uses/ that is no contract or no schema is refused with its place', async (t) => {
  const changes = {
    'uses/orders.demand@1.json': { id: 'orders.demand' },
    'uses/orders.created.json': { type: 'nothing of the kind' },
  }
  const folder = await folderOf(t, changes)
  const error = await createTestHost({ folder, plugin: pluginOf(() => undefined) }).catch(
    (refused) => refused,
  )
  t.equal(error.code, 'SDK_FILES_INVALID')
  const places = new Set(error.faults.map(({ at }: { at: string }) => at))
  t.same([...places].sort(), ['uses/orders.created.json', 'uses/orders.demand@1.json'])
})

t.test('the log of a call ends at 64 KiB, and says so', async (t) => {
  const plugin = pluginOf((ctx) => {
    for (let n = 0; n < 100; n++) ctx.log.info('x'.repeat(1000))
  })
  const host = await createTestHost({ folder: await folderOf(t), plugin })
  await host.call('hello.one', 'run', { what: '' })
  t.equal(host.log.length, 65)
  t.match(host.log.at(-1), { level: 'warn', message: /ends here: 64 KiB/ })
  await host.call('hello.one', 'run', { what: '' })
  t.equal(host.log.length, 130, 'of each call by itself')
})

t.test('timers end with their call, and outside of one they are those of Node', async (t) => {
  const rung: string[] = []
  const plugin = pluginOf(() => {
    setInterval(() => rung.push('late'), 1)
    return new Promise((resolve) => setTimeout(resolve, 5, null))
  })
  const host = await createTestHost({ folder: await folderOf(t), plugin })
  await host.call('hello.one', 'run', { what: '' })
  const count = rung.length
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.equal(rung.length, count)
  const timer = setTimeout(() => undefined, 1)
  t.type(timer.unref, 'function')
  clearTimeout(timer)
})

t.test('an upload that is left for an hour of the fake clock is gone', async (t) => {
  let writer: { write(text: string): Promise<object>; finish(): Promise<unknown> } | undefined
  let progress: object | undefined
  const plugin = pluginOf(async (ctx) => {
    writer = ctx.blobs.writer(progress)
    progress = await writer?.write('more')
  })
  const host = await createTestHost({ folder: await folderOf(t), plugin })
  await host.call('hello.one', 'run', { what: '' })
  await host.advance(3_599_999)
  await host.call('hello.one', 'run', { what: '' })
  await host.advance(3_600_000)
  await t.rejects(host.call('hello.one', 'run', { what: '' }), {
    code: 'CORE_BLOB_UPLOAD_MISSING',
  })
  t.equal(host.blobs.size, 0)
})

t.test('what a test gives to a point is shown where it fits, by plugin', async (t) => {
  const plugin = pluginOf(async (ctx) =>
    (await ctx.contributions('hello.one/extra/v1')).map((one: { plugin: string }) => one.plugin),
  )
  const extras = [
    { plugin: '@z/last', value: { id: 'z' } },
    { plugin: '@a/first', value: { id: 'a' } },
    { plugin: '@b/unfit', value: { name: 'b' } },
  ]
  const answers = { contributions: { 'hello.one/extra/v1': extras } }
  const host = await createTestHost({ folder: await folderOf(t), plugin, answers })
  t.same(await host.call('hello.one', 'run', { what: '' }), ['@a/first', '@z/last'])
})

t.test('what is taken out of the context works as it does in it', async (t) => {
  const plugin = pluginOf(async (ctx) => {
    const { contributions, now, random, hash } = ctx
    const [first] = await contributions('hello.one/extra/v1')
    const { call } = first
    return [
      await call('one', { n: 1 }),
      now() === ctx.now(),
      random() < 1,
      hash('SHA-1', 'a').length,
    ]
  })
  const one = {
    plugin: '@acme/extra',
    value: { id: 'one' },
    handlers: { one: (input: unknown) => input },
  }
  const answers = { contributions: { 'hello.one/extra/v1': [one] } }
  const host = await createTestHost({ folder: await folderOf(t), plugin, answers })
  t.same(await host.call('hello.one', 'run', { what: '' }), [{ n: 1 }, true, true, 40])
})

t.test('units come 200 at once, with the granted field alone', async (t) => {
  const units = Array.from({ length: 201 }, (_, n) => {
    return { id: `u${String(n).padStart(3, '0')}`, name: `Unit ${n}`, parent: null }
  })
  const plugin = pluginOf(async (ctx) => {
    const first = await ctx.identity.units()
    return [first.items.length, first.items[0], await ctx.identity.units(first.next)]
  })
  const host = await createTestHost({ folder: await folderOf(t), plugin, answers: { units } })
  t.same(await host.call('hello.one', 'run', { what: '' }), [
    200,
    { id: 'u000', parent: null },
    { items: [{ id: 'u200', parent: null }] },
  ])
})

t.test('what is packed is read from "files" as npm reads it', (t) => {
  const cases: readonly (readonly [
    files: readonly string[] | undefined,
    path: string,
    is: boolean,
  ])[] = [
    [undefined, 'anything', true],
    [[], 'assets/a.json', false],
    [[], 'README.md', true],
    [['assets'], 'assets/a.json', true],
    [['./assets/'], 'assets/deep/a.json', true],
    [['assets'], 'assets2/a.json', false],
    [['assets/*.json'], 'assets/a.json', true],
    [['assets/*.json'], 'assets/deep/a.json', false],
    [['assets/**/*.json'], 'assets/deep/a.json', true],
    [['assets/**/*.json'], 'assets/a.json', true],
    [['assets', '!assets/secret.json'], 'assets/secret.json', false],
  ]
  for (const [files, path, is] of cases) t.equal(isPacked(files, path), is, `${files} ${path}`)
  t.end()
})
