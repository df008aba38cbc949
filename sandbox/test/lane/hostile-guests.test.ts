import '../plain-spawn.ts'
import t from 'tap'
import { Sandbox } from '../../src/index.ts'
import { bundle, codeOf, guestCall, outputOf } from '../guest-fixture.ts'

/**
 * Code that does what it should not, in the lanes, beside a neighbour that must go on answering. Each attack
 * may end only in the ways listed for it; every one of them must end, and the host must live.
 */
const TIMEOUT = 'SBX_TURN_TIMEOUT'
const MEMORY = 'SBX_MEMORY_EXCEEDED'
const THREW = 'SBX_PLUGIN_THREW'
const LATE = 'SBX_DEADLINE_EXCEEDED'
const LOST = 'SBX_LANE_LOST'

type Attack = readonly [name: string, handler: string, ends: readonly string[]]

const attacks: readonly Attack[] = [
  ['endless loop', '() => { for (;;); }', [TIMEOUT]],
  ['endless async loop', 'async () => { for (;;) await null }', [TIMEOUT, MEMORY]],
  [
    'microtask flood',
    '() => { const go = () => Promise.resolve().then(go); go(); return new Promise(() => {}) }',
    [TIMEOUT, MEMORY],
  ],
  ['regular expression', '() => /^(a+)+$/.test("a".repeat(40) + "b")', [TIMEOUT]],
  [
    'endless built-in',
    '() => "x".repeat(1 << 24).lastIndexOf("x".repeat(1 << 23) + "y")',
    [TIMEOUT],
  ],
  [
    'sparse array',
    '() => { const a = []; a[4294967294] = 1; return a.indexOf(2, 0) + [].indexOf.call({ length: 2 ** 53 }, 1) }',
    [TIMEOUT, THREW],
  ],
  ['recursion', '() => { const f = () => f(); return f() }', [THREW]],
  [
    'recursion caught',
    '() => { const f = () => { try { return f() } catch { return f() } }; return f() }',
    [TIMEOUT, THREW],
  ],
  [
    'Map growth',
    '() => { const m = new Map(); for (let i = 0; ; i++) m.set(i, i) }',
    [TIMEOUT, MEMORY, LOST, THREW],
  ],
  [
    'array growth',
    '() => { const a = []; for (;;) a.push(new Array(1e5).fill(1)) }',
    [TIMEOUT, MEMORY, LOST, THREW],
  ],
  [
    'string growth',
    '() => { let s = "x"; for (;;) s = (s + s).split("").join("") }',
    [TIMEOUT, MEMORY, LOST, THREW],
  ],
  [
    'buffer growth',
    '() => { const a = []; for (;;) a.push(new Uint8Array(1 << 20).fill(1)) }',
    [TIMEOUT, MEMORY, THREW],
  ],
  [
    'growable buffer',
    '() => new ArrayBuffer(8, { maxByteLength: 1 << 30 }).resize(1 << 29)',
    [THREW],
  ],
  ['never answers', '() => new Promise(() => {})', [LATE]],
  ['thenable that never answers', '() => ({ then() {} })', [LATE]],
  ['thenable that loops', '() => ({ then() { for (;;); } })', [TIMEOUT]],
  ['thenable that answers twice', '() => ({ then(done) { done(1); done(2); throw 3 } })', ['ok']],
  ['getter then that throws', '() => ({ get then() { throw new Error("x") } })', [THREW]],
  ['thrown getter', '() => { throw { get message() { for (;;); } } }', [TIMEOUT]],
  ['thrown proxy', '() => { throw new Proxy({}, { get() { for (;;); } }) }', [TIMEOUT]],
  ['thrown nothing', '() => { throw undefined }', [THREW]],
  ['rejected getter', 'async () => { throw { get stack() { for (;;); } } }', [TIMEOUT]],
  [
    'unhandled rejection with getter',
    '() => { Promise.reject({ get message() { for (;;); } }); return 1 }',
    ['ok', TIMEOUT],
  ],
  [
    'prepareStackTrace',
    '() => { Error.prepareStackTrace = () => { for (;;); }; return new Error("x").stack }',
    ['ok', THREW],
  ],
  ['toJSON that loops', '() => ({ toJSON() { for (;;); } })', [TIMEOUT]],
  ['getter in the answer', '() => ({ get a() { for (;;); } })', [TIMEOUT]],
  ['proxy as the answer', '() => new Proxy({}, { ownKeys() { for (;;); } })', [TIMEOUT]],
  ['huge answer', '() => "x".repeat(1 << 20)', ['SBX_OUTPUT_TOO_LARGE']],
  [
    'amplified answer',
    '() => Array(3000).fill("x".repeat(1 << 20))',
    [THREW, 'SBX_OUTPUT_NOT_JSON', TIMEOUT, MEMORY],
  ],
  ['circular answer', '() => { const a = {}; a.a = a; return a }', ['SBX_OUTPUT_NOT_JSON']],
  ['BigInt answer', '() => 1n', ['SBX_OUTPUT_NOT_JSON']],
  [
    'deep answer',
    '() => { let a = {}; for (let i = 0; i < 1e5; i++) a = { a }; return a }',
    ['SBX_OUTPUT_NOT_JSON', 'SBX_OUTPUT_TOO_LARGE', THREW],
  ],
  ['function answer', '() => () => 1', ['ok']],
  ['log flood', '(_, ctx) => { for (;;) console.log("x".repeat(100)) }', [TIMEOUT, MEMORY]],
  [
    'host call flood',
    '(_, ctx) => { for (let i = 0; i < 1e5; i++) ctx.db.query("x").catch(() => {}); return 1 }',
    ['ok', TIMEOUT, MEMORY],
  ],
  ['host call too big', 'async (_, ctx) => ctx.db.query("x".repeat(1 << 20))', [THREW]],
  ['JSON.stringify replaced', '() => { JSON.stringify = () => { for (;;); }; return 1 }', ['ok']],
  [
    'prototypes replaced',
    '() => { Array.prototype[Symbol.iterator] = () => { for (;;); }; Object.prototype.then = 1; Promise.prototype.then = () => { for (;;); }; String.prototype.slice = () => "x"; return 7 }',
    ['ok'],
  ],
  [
    'setter on the prototype',
    '() => { Object.defineProperty(Object.prototype, "0", { set() { for (;;); } }); return [1] }',
    ['ok'],
  ],
  ['import', 'async () => (await import("node:fs")).readFileSync', [THREW]],
]

/** Reads everything it can reach and reports what it should not have found. */
const probe = `(input, ctx) => {
  const found = []
  const names = ['process', 'require', 'module', 'global', 'Buffer', 'fetch', 'setTimeout', 'ivm', 'Deno',
    'WebAssembly', 'SharedArrayBuffer', 'Atomics', 'Intl', 'WeakRef', 'FinalizationRegistry', '$262']
  for (const name of names) if (typeof globalThis[name] !== 'undefined') found.push(name)
  const code = [
    () => eval('1'), () => (0, eval)('1'), () => Function('return 1')(), () => new Function('return 1')(),
    () => (() => 1).constructor('return 1')(), () => (async () => 1).constructor('return 1')(),
    () => (function* () {}).constructor('yield 1')(), () => (async function* () {}).constructor('yield 1')(),
    () => Object.getPrototypeOf(async () => 1).constructor('return 1')(),
    () => Reflect.construct(Object.getPrototypeOf(() => 1).constructor, ['return 1'])(),
  ]
  code.forEach((run, index) => { try { run(); found.push('code from text ' + index) } catch {} })
  const seen = new Set()
  const walk = (value, path) => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return
    seen.add(value)
    const text = (() => { try { return Function.prototype.toString.call(value) } catch { return '' } })()
    if (/node:|isolated|file:/.test(text)) found.push('source ' + path)
    for (const key of Reflect.ownKeys(value)) {
      const { value: next, get } = Reflect.getOwnPropertyDescriptor(value, key)
      walk(next, path + '.' + String(key))
      walk(get, path + '.get ' + String(key))
    }
    walk(Reflect.getPrototypeOf(value), path + '.__proto__')
  }
  seen.add(globalThis.__signalbox_plugin)
  walk(globalThis, 'globalThis')
  for (const key of ['db', 'services', 'log']) walk(ctx[key], 'ctx.' + key)
  walk(ctx, 'ctx')
  return { found, walked: seen.size, paths: new Error('x').stack }
}`

const neighbour = bundle('add: (input) => input.a + input.b')

t.test('hostile guests end, and their neighbour does not notice', async (t) => {
  const sandbox = await Sandbox.start({ lanes: 2 })
  t.teardown(() => sandbox.stop())
  const add = () =>
    sandbox.call(
      guestCall(neighbour, {
        operation: 'add',
        input: { a: 1, b: 2 },
        plugin: '@test/neighbour',
        tenant: 'quiet',
        deadlineMs: 10_000,
      }),
    )
  for (const [index, [name, handler, ends]] of attacks.entries()) {
    const call = guestCall(bundle(`run: ${handler}`), {
      plugin: `@test/attack-${index}`,
      // Short where time is what ends it; else long enough for a machine that is busy.
      limits: { turnMs: ends.includes(TIMEOUT) ? 60 : 2000 },
      deadlineMs: 8000,
      ...(ends[0] === LATE ? { deadlineMs: 150 } : {}),
    })
    const [outcome, sum] = await Promise.all([sandbox.call(call), add()])
    t.ok(ends.includes(codeOf(outcome)), `${name}: ${codeOf(outcome)}`)
    t.equal(outputOf(sum), 3, `${name}: the neighbour answers`)
    if (outcome.kind === 'failed') {
      t.match(
        outcome.error.message,
        /@test\/attack-\d+ 1\.0\.0/,
        `${name}: names plugin and version`,
      )
      t.notMatch(outcome.error.message, /file:|node:|\/sandbox\//, `${name}: no path of the host`)
    }
  }
  t.equal(outputOf(await add()), 3)
})

t.test('a guest reaches nothing of the host', async (t) => {
  const sandbox = await Sandbox.start({ lanes: 1 })
  t.teardown(() => sandbox.stop())
  const outcome = await sandbox.call(
    guestCall(bundle(`run: ${probe}`), { limits: { turnMs: 2000 }, deadlineMs: 10_000 }),
  )
  const { found, walked, paths } = outputOf(outcome) as {
    found: string[]
    walked: number
    paths: string
  }
  t.same(found, [])
  t.ok(walked > 500, `walked ${walked} objects`)
  t.notMatch(paths, /file:|node:|\/sandbox\//)
})

t.test('an own __proto__ of an answer stays text until the host parses it with care', async (t) => {
  const sandbox = await Sandbox.start({ lanes: 1 })
  t.teardown(() => sandbox.stop())
  const call = guestCall(bundle(`run: (input) => input`), {
    inputJson: '{"__proto__":{"isAdmin":true},"a":1}',
  })
  const outcome = await sandbox.call(call)
  t.match(outcome, { kind: 'ok', outputJson: '{"__proto__":{"isAdmin":true},"a":1}' })
  t.equal(Reflect.get({}, 'isAdmin'), undefined)
  const fields: object[] = []
  const logs = guestCall(
    bundle(`log: (_, ctx) => { ctx.log.info('x', JSON.parse('{"__proto__":{"isAdmin":true}}')) }`),
    { operation: 'log', onLog: (_, __, given) => fields.push(given) },
  )
  await sandbox.call(logs)
  t.same(
    fields.map((field) => Reflect.get(field, 'isAdmin')),
    fields.map(() => undefined),
  )
})
