import { type Attack, ends, long } from '../attack.ts'

const { timeout, memory, threw } = ends
/** Time is not what ends these: a busy machine may still be slower than the limit is far. */
const full = [memory, timeout] as const

/** Memory that V8's heap limit counts. */
const insideTheHeap: readonly Attack[] = [
  {
    name: 'Map that grows',
    run: '() => { const m = new Map(); for (let i = 0; ; i++) m.set(i, i) }',
    ends: full,
    limits: long,
  },
  {
    name: 'arrays of numbers that are kept',
    run: '() => { const a = []; for (;;) a.push(new Array(1e5).fill(1)) }',
    ends: full,
    limits: long,
    isSample: true,
  },
  {
    name: 'array joined to itself',
    run: '() => { let a = [1]; for (;;) a = a.concat(a) }',
    ends: full,
    limits: long,
  },
  {
    name: 'huge array filled from its end',
    run: '() => { const a = new Array(3e7); for (let i = 3e7; i--; ) a[i] = i; return a.length }',
    ends: full,
    limits: long,
  },
  {
    name: 'text that doubles and is taken apart',
    run: '() => { let s = "x"; for (;;) s = (s + s).split("").join("") }',
    ends: [threw, ...full],
    openEnds: full,
    limits: long,
  },
  {
    name: 'padded texts that are kept',
    run: '() => { const a = []; for (let i = 0; ; i++) a.push("x".padEnd(1 << 24, String(i))) }',
    ends: full,
    limits: long,
  },
  {
    name: 'chain of objects without an end',
    run: '() => { let a; for (;;) a = { a } }',
    ends: full,
    limits: long,
  },
  {
    name: 'suspended generators that are kept',
    run: '() => { const a = []; for (;;) { const g = (function* () { yield a })(); g.next(); a.push(g) } }',
    ends: full,
    limits: long,
  },
  {
    name: 'shapes that are all different',
    run: '() => { const a = []; for (let i = 0; ; i++) { const o = {}; o["p" + i] = 1; a.push(o) } }',
    ends: full,
    limits: long,
  },
  {
    name: 'registered symbols',
    run: '() => { for (let i = 0; ; i++) Symbol.for("s".repeat(100) + i) }',
    ends: full,
    limits: long,
  },
  {
    name: 'weak maps that hold each other',
    run: '() => { const w = new WeakMap(); let k = {}; const all = []; for (;;) { const n = {}; w.set(k, n); k = n; all.push(new WeakMap([[k, w]])) } }',
    ends: full,
    limits: long,
  },
  {
    name: 'numbers of a million bits that are kept',
    run: '() => { const a = []; for (let i = 1n; ; i++) a.push(i << 1000000n) }',
    ends: full,
    limits: long,
  },
  {
    name: 'arguments by the ten million',
    run: '() => Math.max(...new Array(1e7).fill(1))',
    ends: [threw],
    limits: long,
  },
  {
    name: 'promises that wait for each other',
    run: 'async () => { let p = new Promise(() => {}); for (;;) p = p.then(() => p) }',
    ends: full,
    limits: long,
  },
  {
    name: 'regular expressions that are kept compiled',
    run: '() => { const a = []; for (let i = 0; ; i++) { const r = new RegExp("(?:a|b|" + i + "){1,200}x"); r.test("ab".repeat(99)); r.test("ba"); a.push(r) } }',
    ends: full,
    limits: long,
  },
]

/** Memory that the limit does not count: the host's look at the process ends it. */
const outsideTheHeap: readonly Attack[] = [
  {
    name: 'buffers that are kept',
    run: '() => { const a = []; for (;;) a.push(new Uint8Array(1 << 20).fill(1)) }',
    ends: [threw],
    limits: long,
    isSample: true,
  },
  {
    name: 'buffer that is resized',
    run: '() => { const b = new ArrayBuffer(8, { maxByteLength: 2 ** 31 }); b.resize(2 ** 31 - 8); new Uint8Array(b).fill(1); return 1 }',
    ends: [threw],
    openEnds: full,
    limits: long,
    isSample: true,
  },
  {
    name: 'buffer that is born resizable and huge',
    run: '() => { const n = 2 ** 31 - 8; new Uint8Array(new ArrayBuffer(n, { maxByteLength: n })).fill(1); return 1 }',
    ends: [threw],
    openEnds: full,
    limits: long,
  },
  {
    name: 'buffer that is moved into a bigger one',
    run: '() => { let b = new ArrayBuffer(1 << 20); const all = []; for (;;) { b = b.transfer(b.byteLength * 2); new Uint8Array(b).fill(1); all.push(b) } }',
    ends: [threw, ...full],
    limits: long,
  },
  {
    name: 'resizable buffer that is moved into a bigger one',
    run: '() => { const b = new ArrayBuffer(8, { maxByteLength: 2 ** 31 }).transfer(2 ** 31 - 8); new Uint8Array(b).fill(1); return 1 }',
    ends: [threw],
    openEnds: full,
    limits: long,
  },
  {
    name: 'shared buffer that grows',
    run: '() => { const b = new SharedArrayBuffer(8, { maxByteLength: 2 ** 31 }); b.grow(2 ** 31 - 8); new Uint8Array(b).fill(1); return 1 }',
    ends: [threw],
    openEnds: full,
    limits: long,
  },
  {
    name: 'memory of WebAssembly',
    run: '() => { const a = []; for (;;) { const m = new WebAssembly.Memory({ initial: 1024, maximum: 65536 }); new Uint8Array(m.buffer).fill(1); a.push(m) } }',
    ends: [threw],
    openEnds: full,
    limits: long,
  },
  {
    name: 'table of WebAssembly',
    run: '() => { const a = []; for (;;) a.push(new WebAssembly.Table({ initial: 9999999, element: "externref" })) }',
    ends: [threw],
    openEnds: full,
    limits: long,
  },
  {
    name: 'segmenters that are kept',
    run: '() => { const a = []; const text = "word ".repeat(1 << 16); for (;;) a.push(new Intl.Segmenter("th", { granularity: "word" }).segment(text)) }',
    ends: [threw],
    openEnds: full,
    limits: long,
  },
  {
    name: 'date formats that are kept',
    run: '() => { const a = []; for (;;) a.push(new Intl.DateTimeFormat("zh-CN", { dateStyle: "full" })) }',
    ends: [threw],
    openEnds: full,
    limits: long,
  },
]

export const memoryAttacks: readonly Attack[] = [...insideTheHeap, ...outsideTheHeap]
