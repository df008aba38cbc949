import { type Attack, ends, long } from '../attack.ts'

const { ok, timeout, memory, threw } = ends

/** Code made while the plugin runs: what nobody could review, and what compiling it costs. */
export const codeFromText: readonly Attack[] = [
  {
    name: 'eval of a loop',
    run: '() => eval("for (;;);")',
    ends: [threw],
    openEnds: [timeout],
    isSample: true,
  },
  {
    name: 'function made of text',
    run: '() => new Function("for (;;);")()',
    ends: [threw],
    openEnds: [timeout],
  },
  {
    name: 'function made by the constructor of another',
    run: '() => (() => 1).constructor("for (;;);")()',
    ends: [threw],
    openEnds: [timeout],
  },
  {
    name: 'generator made by the constructor of another',
    run: '() => [...(function* () {}).constructor("for (;;);")()]',
    ends: [threw],
    openEnds: [timeout],
  },
  {
    name: 'async function made by the constructor of another',
    run: 'async () => (async () => 1).constructor("for (;;);")()',
    ends: [threw],
    openEnds: [timeout],
  },
  {
    name: 'subclass of the constructor of functions',
    run: '() => new (class extends (() => 1).constructor {})("for (;;);")()',
    ends: [threw],
    openEnds: [timeout],
  },
  {
    name: 'eval of a literal of seven megabytes',
    run: '() => eval("[" + "[0,{a:1}],".repeat(7e5) + "0]").length',
    ends: [threw],
    openEnds: [ok, timeout, memory],
    limits: long,
  },
  {
    name: 'eval of an expression of three million terms',
    run: '() => eval("1" + "+1".repeat(3e6))',
    ends: [threw],
    openEnds: [ok, timeout, memory],
    limits: long,
  },
  {
    name: 'eval of a million open brackets',
    run: '() => eval("(".repeat(1e6))',
    ends: [threw],
    openEnds: [threw],
    limits: long,
  },
  {
    name: 'pattern that multiplies itself when it is compiled',
    run: '() => new RegExp("(?:(?:(?:(?:a{99}){99}){99}){99}){99}").test("a")',
    ends: [ok],
    answer: 'false',
    limits: long,
  },
  {
    name: 'pattern of a million open groups',
    run: '() => new RegExp("(".repeat(1e6)).test("a")',
    ends: [threw],
    limits: long,
  },
  {
    name: 'pattern of a hundred thousand alternatives',
    run: '() => new RegExp(Array.from({ length: 1e5 }, (_, i) => "k" + i).join("|"), "i").test("zz")',
    ends: [ok, timeout],
    limits: long,
  },
  {
    name: 'module of WebAssembly with a body of megabytes',
    run: `() => {
      const size = 3e6, leb = (n) => { const b = []; do { b.push((n & 127) | (n > 127 ? 128 : 0)); n >>>= 7 } while (n); return b }
      const body = [0, ...Array(size).fill(1), 11].map(Number)
      const code = [1, ...leb(body.length), ...body]
      return new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, ...leb(code.length), ...code])) && 1
    }`,
    ends: [threw],
    openEnds: [ok, timeout],
    limits: long,
  },
]
