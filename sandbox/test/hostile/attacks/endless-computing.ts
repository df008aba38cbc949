import { type Attack, ends, long } from '../attack.ts'

const { timeout, threw, notJson } = ends

/** Loops that V8 can interrupt: the turn's limit ends them, and the lane lives. */
export const endlessComputing: readonly Attack[] = [
  { name: 'endless loop', run: '() => { for (;;); }', ends: [timeout], isSample: true },
  {
    name: 'endless loop that cannot be left',
    run: '() => { for (;;) { try { for (;;); } finally { continue } } }',
    ends: [timeout],
  },
  {
    name: 'backtracking regular expression',
    run: '() => /^(a+)+$/.test("a".repeat(40) + "b")',
    ends: [timeout],
    isSample: true,
  },
  {
    name: 'comparator that never decides',
    run: '() => [2, 1, 3].sort(() => { for (;;); })',
    ends: [timeout],
  },
  {
    name: 'replacer that never returns',
    run: '() => "aaa".replace(/a/g, () => { for (;;); })',
    ends: [timeout],
  },
  {
    name: 'iterator without an end inside a built-in',
    run: '() => new Map({ [Symbol.iterator]: () => ({ next: () => ({ done: false, value: [1, 1] }) }) })',
    ends: [timeout],
  },
  {
    name: 'generator without an end',
    run: '() => { for (const _ of (function* () { for (;;) yield 1 })()); }',
    ends: [timeout],
  },
  {
    name: 'async generator without an end',
    run: 'async () => { for await (const _ of (async function* () { for (;;) yield 1 })()); }',
    ends: [timeout],
  },
  {
    name: 'recursion',
    run: '() => { const f = () => f(); return f() }',
    ends: [threw],
    limits: long,
  },
  {
    name: 'recursion that catches its own end, twice at each depth',
    run: '() => { const f = () => { try { return f() } catch { return f() } }; return f() }',
    ends: [timeout],
  },
  {
    name: 'prototype chain that goes round through a proxy',
    run: '() => { const t = {}; const p = new Proxy(t, {}); Object.setPrototypeOf(t, p); return p.x }',
    ends: [threw],
    limits: long,
  },
  {
    name: 'toJSON that always has another level',
    run: '() => { const a = { toJSON() { return { b: { toJSON: a.toJSON } } } }; return a }',
    ends: [notJson],
    limits: long,
  },
  {
    name: 'blocking wait',
    run: '() => { const a = new Int32Array(new SharedArrayBuffer(4)); for (;;) Atomics.wait(a, 0, 0) }',
    ends: [threw],
    openEnds: [timeout],
  },
  {
    name: 'sleeper: a cheap call for a long time, then an endless one',
    run: '(input) => { if (input !== "warm") for (;;); return 1 }',
    ends: [timeout],
    warmUps: 200,
    isSample: true,
  },
]
