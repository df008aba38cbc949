import '../../../plain-spawn.ts'
import t from 'tap'
import { Sandbox } from '../../../../src/index.ts'
import { sizeLimits } from '../../../../src/lane/child/guest/gates.ts'
import { bundle, codeOf, type GuestFixture, guestCall, outputOf } from '../../../guest-fixture.ts'

const sandbox = await Sandbox.start({ lanes: 1 })
t.teardown(() => sandbox.stop())

/** With features a lane of its own has to start first, and a loaded machine is no reason to fail. */
const patience = { deadlineMs: 20_000, limits: { turnMs: 5000 } }
const ask = async (source: string, fixture: GuestFixture = {}) =>
  outputOf(await sandbox.call(guestCall(bundle(`run: ${source}`), { ...patience, ...fixture })))

/** What ECMAScript has in this V8, less what is taken away, and what the sandbox adds: `console`. */
const globals = [
  ...['AggregateError', 'Array', 'ArrayBuffer', 'AsyncDisposableStack', 'BigInt', 'BigInt64Array'],
  ...['BigUint64Array', 'Boolean', 'DataView', 'Date', 'DisposableStack', 'Error', 'EvalError'],
  ...['Float16Array', 'Float32Array', 'Float64Array', 'Function', 'Infinity', 'Int16Array'],
  ...['Int32Array', 'Int8Array', 'Iterator', 'JSON', 'Map', 'Math', 'NaN', 'Number', 'Object'],
  ...['Promise', 'Proxy', 'RangeError', 'ReferenceError', 'Reflect', 'RegExp', 'Set', 'String'],
  ...['SuppressedError', 'Symbol', 'SyntaxError', 'TypeError', 'URIError', 'Uint16Array'],
  ...['Uint32Array', 'Uint8Array', 'Uint8ClampedArray', 'WeakMap', 'WeakSet', 'console'],
  ...['decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape', 'eval'],
  ...['globalThis', 'isFinite', 'isNaN', 'parseFloat', 'parseInt', 'undefined', 'unescape'],
]
const names = '() => Object.getOwnPropertyNames(globalThis).sort()'

t.test(
  'the global object holds ECMAScript, the console, the plugin, and nothing else',
  async (t) => {
    t.same(await ask(names), [...globals, '__signalbox_plugin'].sort())
  },
)

t.test('intl and wasm each give one global more', async (t) => {
  const given = await ask(names, { features: ['intl', 'wasm'] })
  t.same(given, [...globals, '__signalbox_plugin', 'Intl', 'WebAssembly'].sort())
  const format = `() => new Intl.NumberFormat('de').format(1234.5)`
  t.equal(await ask(format, { features: ['intl'] }), '1.234,5')
  const bytes = [0, 97, 115, 109, 1, 0, 0, 0]
  const compile = `() => new WebAssembly.Module(new Uint8Array(${JSON.stringify(bytes)})) instanceof WebAssembly.Module`
  t.equal(await ask(compile, { features: ['wasm'] }), true)
})

t.test('the hook that renders stacks cannot be set, and setting it is ignored', async (t) => {
  const set = `() => { 'use strict'; Error.prepareStackTrace = () => 'mine'; return [new Error('x').stack.slice(0, 8), typeof Error.prepareStackTrace] }`
  t.same(await ask(set), ['Error: x', 'undefined'])
})

const { elements, joined, sortedAsText, sortedNumbers, json, normalized, searched } = sizeLimits
const tooLarge: Readonly<Record<string, string>> = {
  fill: `sized(${elements + 1}).fill(0)`,
  'fill of what is like an array': `[].fill.call({ length: 2 ** 53 - 1 }, 0)`,
  indexOf: `[].indexOf.call({ length: ${elements + 1} }, 0)`,
  lastIndexOf: `[].lastIndexOf.call({ length: ${elements + 1} }, 0)`,
  join: `sized(${joined + 1}).join()`,
  'join by String': `String(sized(${joined + 1}))`,
  reverse: `sized(${elements + 1}).reverse()`,
  sort: `sized(${sortedAsText + 1}).sort()`,
  'sort by a function': `sized(${elements + 1}).sort((a, b) => a - b)`,
  toSorted: `sized(${sortedAsText + 1}).toSorted()`,
  toReversed: `sized(${elements + 1}).toReversed()`,
  'join of bytes': `new Uint8Array(${joined + 1}).join()`,
  'sort of bytes': `new Uint8Array(${sortedNumbers + 1}).sort()`,
  normalize: `'a'.repeat(${normalized + 1}).normalize()`,
  'lastIndexOf of text': `'a'.repeat(2 ** 20).lastIndexOf('a'.repeat(${searched / 2 ** 20 + 1}))`,
  parse: `JSON.parse('['.repeat(${json + 1}))`,
}

t.test('built-ins that nothing can interrupt refuse what would take them too long', async (t) => {
  for (const [name, code] of Object.entries(tooLarge)) {
    const told = `() => { const sized = (length) => Object.assign([], { length }); try { ${code}; return 'done' } catch (error) { return error instanceof RangeError && error.message } }`
    t.match(await ask(told), /of \d+ in one go; the limit in a plugin is \d+/, name)
  }
})

t.test('built-ins with a gate answer as they did', async (t) => {
  const same = `() => [
    [1, 2, 3].indexOf(3), [1, 2, 1].lastIndexOf(1), [1, 2, 1].lastIndexOf(1, -2), [1, 2, 1].lastIndexOf(1, undefined),
    [3, 1, 2].sort(), [3, 1, 10].sort(undefined), [3, 1, 2].toSorted((a, b) => b - a), [1, 2].join(), [1, 2].join(undefined), [1, 2].join('-'),
    [1, 2].reverse(), [0, 0].fill(1, 1), 'aXbX'.lastIndexOf('X'), 'aXbX'.lastIndexOf('X', 2), 'e\\u0301'.normalize() === 'é',
    'ﬁ'.normalize('NFKC'), JSON.parse('{"a":1}', (key, value) => value === 1 ? 2 : value), [].sort.length, [].fill.length,
    [].join.name, JSON.parse.name, 'prototype' in [].sort, String([1, [2]]), new Uint8Array([2, 1]).sort().join('/'),
  ]`
  t.same(await ask(same), [
    ...[
      2,
      2,
      0,
      0,
      [1, 2, 3],
      [1, 10, 3],
      [3, 2, 1],
      '1,2',
      '1,2',
      '1-2',
      [2, 1],
      [0, 1],
      3,
      1,
      true,
    ],
    ...['fi', { a: 2 }, 1, 1, 'join', 'parse', false, '1,2', '1/2'],
  ])
})

const limits: Readonly<Record<string, readonly [string, RegExp]>> = {
  SBX_HOST_CALLS_EXCEEDED: [
    `async (_, ctx) => { for (let n = 0; n < 201; n++) await ctx.db.query('') }`,
    /201 .*200/,
  ],
  SBX_HOST_CALLS_AT_ONCE: [
    `async (_, ctx) => { await Promise.all(Array.from({ length: 65 }, () => ctx.db.query(''))) }`,
    /65 .*64/,
  ],
  SBX_HOST_MESSAGE_TOO_LARGE: [
    `async (_, ctx) => { await ctx.db.query('x'.repeat(262_144)) }`,
    /2621\d\d .*262144/,
  ],
  SBX_HOST_MESSAGES_TOO_LARGE: [
    `async (_, ctx) => { for (let n = 0; n < 41; n++) await ctx.db.query('x'.repeat(250_000)) }`,
    /\d+ .*8388608/,
  ],
}

for (const [code, [run, numbers]] of Object.entries(limits)) {
  t.test(`${code} is told with what was reached, inside and outside`, async (t) => {
    const outcome = await sandbox.call(guestCall(bundle(`run: ${run}`), patience))
    t.equal(codeOf(outcome), code)
    if (outcome.kind === 'failed') t.match(outcome.error.message, numbers)
    const caught = `async (_, ctx) => { try { await (${run})(_, ctx) } catch (error) { return [error.code, error.message] } }`
    const [inside, message] = (await ask(caught)) as [string, string]
    t.equal(inside, code)
    t.match(message, numbers)
  })
}
