import { type Attack, ends, long } from '../attack.ts'

const { ok, timeout, memory, threw, late } = ends

/**
 * Work that goes on after the handler returned. Deadlines are long enough to start in on a full machine: who never
 * started is not to blame.
 */
export const promises: readonly Attack[] = [
  {
    name: 'promise that never settles',
    run: '() => new Promise(() => {})',
    ends: [late],
    deadlineMs: 600,
    isSample: true,
  },
  {
    name: 'thenable that never calls back',
    run: '() => ({ then() {} })',
    ends: [late],
    deadlineMs: 600,
  },
  { name: 'thenable that loops', run: '() => ({ then() { for (;;); } })', ends: [timeout] },
  {
    name: 'thenable that resolves to itself for ever',
    run: '() => { const t = { then(done) { done(t) } }; return t }',
    ends: [timeout],
    isSample: true,
  },
  {
    name: 'thenable that answers twice and throws',
    run: '() => ({ then(done) { done(1); done(2); throw 3 } })',
    ends: [ok],
    answer: '1',
    limits: long,
  },
  {
    name: 'thenable whose then throws when it is read',
    run: '() => ({ get then() { throw new Error("x") } })',
    ends: [threw],
    limits: long,
  },
  {
    name: 'thenable that is another one when it is read again',
    run: '() => { let n = 0; return { get then() { return n++ === 0 ? () => {} : (done) => done("second") } } }',
    ends: [ok],
    answer: '"second"',
    limits: long,
  },
  {
    name: 'promise that waits for itself',
    run: '() => { const p = Promise.resolve().then(() => p); return p }',
    ends: [threw],
    limits: long,
  },
  { name: 'await without an end', run: 'async () => { for (;;) await null }', ends: [timeout] },
  {
    name: 'microtasks that beget microtasks',
    run: '() => { const go = () => Promise.resolve().then(go); go(); return new Promise(() => {}) }',
    ends: [timeout],
    isSample: true,
  },
  {
    name: 'microtasks that double',
    run: '() => { const go = () => { Promise.resolve().then(go); Promise.resolve().then(go) }; go(); return new Promise(() => {}) }',
    ends: [timeout, memory],
    limits: long,
  },
  {
    name: 'microtask that loops behind an answer',
    run: '() => { Promise.resolve().then(() => { for (;;); }); return 1 }',
    ends: [timeout],
    isSample: true,
  },
  {
    name: 'rejections that nobody handles, by the thousand',
    run: '() => { for (let i = 0; i < 1000; i++) Promise.reject(new Error("x" + i)); return 1 }',
    ends: [ok],
    answer: '1',
    limits: long,
  },
  {
    name: 'unhandled rejection that calls itself the end of a turn',
    run: '() => { Promise.reject(new Error("Script execution timed out.")); return 1 }',
    ends: [ok],
    answer: '1',
    limits: long,
  },
  {
    name: 'unhandled rejection whose message loops',
    run: '() => { Promise.reject({ get message() { for (;;); } }); return 1 }',
    ends: [timeout],
  },
  {
    name: 'unhandled rejection of an error whose message loops',
    run: '() => { const e = new Error("x"); Object.defineProperty(e, "message", { get() { for (;;); } }); Promise.reject(e); return 1 }',
    ends: [timeout],
  },
  {
    name: 'unhandled rejection that calls itself the end of the isolate',
    run: '() => { Promise.reject(new Error("Isolate was disposed during execution")); return 1 }',
    ends: [ok],
    answer: '1',
    limits: long,
  },
  {
    name: 'promise whose species loops',
    run: '() => { const p = Promise.resolve(1); p.constructor = { get [Symbol.species]() { for (;;); } }; return p }',
    ends: [timeout],
  },
  {
    name: 'handler that catches its own cancelling, for ever',
    run: 'async (_, ctx) => { for (;;) try { await ctx.db.query("x") } catch {} }',
    ends: [late],
    deadlineMs: 600,
    hostCall: 'never',
    isSample: true,
  },
]
