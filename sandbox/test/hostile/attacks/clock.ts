import { type Attack, ends, long } from '../attack.ts'

const { ok, timeout, threw } = ends

/** A clock would tell a guest about its neighbours; a timer would run it outside of any turn. */
export const clockAndTimers: readonly Attack[] = [
  {
    name: 'waiting for the next millisecond',
    run: '() => { const at = Date.now(); while (Date.now() === at); }',
    ends: [timeout],
    isSample: true,
  },
  {
    name: 'every road to the time of day',
    run: `() => {
      const Native = Object.getPrototypeOf(new Date(0)).constructor
      const read = [
        () => Date.now(), () => +new Date(), () => +new Native(), () => Native.now(), () => +Reflect.construct(Native, []),
        () => +Reflect.construct(Date, [], class extends Date {}), () => +new (class extends Date {})(),
      ]
      const first = read.map((f) => f())
      for (let i = 0; i < 2e7; i++);
      return read.every((f, i) => f() === first[i] && first[i] === first[0])
    }`,
    ends: [ok],
    answer: 'true',
    limits: long,
    isSample: true,
  },
  {
    name: 'time of day by the text of a date',
    run: `() => { const a = Date(); for (let i = 0; i < 2e7; i++); return Date() === a && new Date(Date.parse(a)).getMilliseconds() === 0 }`,
    ends: [ok],
    answer: 'true',
    limits: long,
  },
  {
    name: 'timers',
    run: `() => ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "performance", "requestIdleCallback"].filter((name) => typeof globalThis[name] === "function" && /native code/.test(globalThis[name]))`,
    ends: [ok],
    answer: '[]',
    limits: long,
  },
  {
    name: 'counter shared with another thread',
    run: '() => new Int32Array(new SharedArrayBuffer(4)).length + Atomics.load(new Int32Array(1), 0)',
    ends: [threw],
    openEnds: [ok],
    limits: long,
  },
  {
    name: 'a collector that calls back outside of a turn',
    run: `() => { const r = new FinalizationRegistry(() => { for (;;); }); for (let i = 0; i < 1e5; i++) r.register({ i }, i); return 1 }`,
    ends: [threw],
    openEnds: [ok],
    limits: long,
  },
]
