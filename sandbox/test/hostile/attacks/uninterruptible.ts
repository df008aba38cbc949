import { type Attack, ends, long } from '../attack.ts'

const { timeout, memory, threw, ok } = ends

/** Built-ins that ask V8 for no leave while they work: only the end of the process ends them. */
export const uninterruptible: readonly Attack[] = [
  {
    name: 'search of a long text in a longer one',
    run: '() => "x".repeat(1 << 24).lastIndexOf("x".repeat(1 << 23) + "y")',
    ends: [threw],
    openEnds: [timeout],
  },
  {
    name: 'search through 2 ** 53 elements that are not there',
    run: '() => [].indexOf.call({ length: 2 ** 53 }, 1)',
    ends: [threw],
    openEnds: [timeout],
  },
  {
    name: 'includes through 2 ** 53 elements behind a proxy',
    run: '() => [].includes.call(new Proxy({ length: 2 ** 53 }, {}), 1)',
    ends: [timeout],
  },
  {
    name: 'join of an array that is all holes',
    run: '() => { const a = []; a[4294967294] = 1; return a.join("") }',
    ends: [threw],
    openEnds: [timeout],
  },
  {
    name: 'reversal of an array that is all holes',
    run: '() => { const a = []; a[4294967294] = 1; a.reverse(); return 1 }',
    ends: [threw],
    openEnds: [timeout],
  },
  {
    name: 'sorting of an array that is all holes',
    run: '() => { const a = []; a[4294967294] = 1; a.sort(); return 1 }',
    ends: [threw],
    openEnds: [timeout],
  },
  {
    name: 'spreading of 2 ** 32 holes',
    run: '() => [].concat({ length: 4294967295, [Symbol.isConcatSpreadable]: true }).length',
    ends: [timeout],
  },
  {
    name: 'shift of an array-like of 2 ** 53 elements',
    run: '() => [].shift.call({ length: 2 ** 53 - 1 })',
    ends: [timeout],
  },
  {
    name: 'copy of 2 ** 32 elements',
    run: '() => { const a = []; a.length = 4294967295; return a.toReversed().length }',
    ends: [threw],
    // A quick machine has filled the memory before the turn is over.
    openEnds: [timeout, memory],
  },
  {
    name: 'fill of 60 million elements',
    run: '() => new Array(6e7).fill(0).length',
    ends: [threw],
    openEnds: [timeout, memory],
    limits: long,
  },
  {
    name: 'fill of 10 ** 9 elements',
    run: '() => new Array(1e9).fill(0).length',
    ends: [threw],
    openEnds: [timeout],
  },
  {
    name: 'parsing of 24 million numbers',
    run: '() => JSON.parse("[" + "0,".repeat(2.4e7) + "0]").length',
    ends: [threw],
    openEnds: [timeout, memory, ok],
    answer: '24000001',
    limits: long,
  },
  {
    name: 'parsing of brackets five million deep',
    run: '() => JSON.parse("[".repeat(5e6)).length',
    ends: [timeout, memory, threw],
    limits: long,
  },
  {
    name: 'number that is squared for ever',
    run: '() => { let x = 3n; for (;;) x *= x }',
    ends: [timeout],
    isSample: true,
  },
  {
    name: 'number of millions of digits, written out',
    run: '() => (7n ** 20000000n).toString().length',
    ends: [timeout],
  },
  {
    name: 'normalisation of a text of combining marks',
    run: '() => ("a" + "\\u0315\\u0300".repeat(1 << 21)).normalize("NFC").length',
    ends: [threw],
    openEnds: [timeout],
  },
  {
    name: 'sorting of six million numbers without a comparator',
    run: '() => { const a = new Float64Array(6e6); for (let i = 0; i < 1e5; i++) a[i] = (i * 7919) % 999983; for (let n = 1e5; n < 6e6; n *= 2) a.copyWithin(n, 0, n); for (;;) { a.sort(); a.reverse() } }',
    ends: [threw],
    openEnds: [timeout],
  },
  {
    name: 'keys of a buffer of fifty million bytes',
    run: '() => Object.keys(new Uint8Array(5e7)).length',
    ends: [timeout, memory],
    limits: long,
  },
  {
    name: 'raw template of 2 ** 53 parts',
    run: '() => String.raw({ raw: { length: 2 ** 53 - 1 } })',
    ends: [timeout],
  },
]
