import { type Attack, ends, long } from '../attack.ts'

const { ok, timeout, memory, threw, notJson, tooLarge } = ends

/** Values that do something when they are read: all of it must happen inside the isolate, under the turn's limit. */
const answers: readonly Attack[] = [
  {
    name: 'answer with a toJSON that loops',
    run: '() => ({ toJSON() { for (;;); } })',
    ends: [timeout],
  },
  {
    name: 'answer with a getter that loops',
    run: '() => ({ get a() { for (;;); } })',
    ends: [timeout],
    isSample: true,
  },
  {
    name: 'answer that is a proxy whose keys loop',
    run: '() => new Proxy({}, { ownKeys() { for (;;); } })',
    ends: [timeout],
  },
  {
    name: 'answer that is a proxy of an array of 2 ** 53 elements',
    run: '() => new Proxy([], { get: (_, key) => (key === "length" ? 2 ** 53 - 1 : 0) })',
    ends: [notJson],
    limits: long,
  },
  {
    name: 'answer that is a revoked proxy',
    run: '() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy }',
    ends: [threw],
    limits: long,
  },
  {
    name: 'answer of a million characters over the limit',
    run: '() => "x".repeat(1 << 21)',
    ends: [tooLarge],
    limits: long,
    isSample: true,
  },
  {
    name: 'answer that repeats one megabyte 3000 times',
    run: '() => Array(3000).fill("x".repeat(1 << 20))',
    ends: [notJson, timeout, memory],
    limits: long,
  },
  {
    name: 'answer that is a buffer of 40 MB',
    run: '() => new Uint8Array(4e7)',
    ends: [timeout, memory],
    limits: long,
  },
  {
    name: 'answer that holds itself',
    run: '() => { const a = {}; a.a = a; return a }',
    ends: [notJson],
    limits: long,
  },
  { name: 'answer that is a BigInt', run: '() => 1n', ends: [notJson], limits: long },
  {
    name: 'answer 100,000 levels deep',
    run: '() => { let a = {}; for (let i = 0; i < 1e5; i++) a = { a }; return a }',
    ends: [notJson],
    limits: long,
  },
  {
    name: 'answer that is a function',
    run: '() => () => 1',
    ends: [ok],
    answer: 'null',
    limits: long,
  },
]

const thrownValues: readonly Attack[] = [
  {
    name: 'thrown value whose message loops',
    run: '() => { throw { get message() { for (;;); } } }',
    ends: [timeout],
    isSample: true,
  },
  {
    name: 'thrown error whose stack loops',
    run: '() => { const e = new Error("x"); Object.defineProperty(e, "stack", { get() { for (;;); } }); throw e }',
    ends: [timeout],
  },
  {
    name: 'thrown value whose name loops, with a code of its own',
    run: '() => { throw { code: "A", get name() { for (;;); } } }',
    ends: [timeout],
  },
  {
    name: 'thrown proxy that loops whatever is asked',
    run: '() => { throw new Proxy({}, { get() { for (;;); }, getPrototypeOf() { for (;;); } }) }',
    ends: [timeout],
  },
  {
    name: 'thrown class whose static name loops',
    run: '() => { throw class { static get name() { for (;;); } static get message() { for (;;); } } }',
    ends: [threw],
  },
  {
    name: 'rejection whose stack loops',
    run: 'async () => { throw { get stack() { for (;;); } } }',
    ends: [timeout],
  },
  { name: 'thrown nothing', run: '() => { throw undefined }', ends: [threw], limits: long },
  { name: 'thrown symbol', run: '() => { throw Symbol("x") }', ends: [threw], limits: long },
  {
    name: 'thrown message of 16 million characters',
    run: '() => { throw new Error("x".repeat(1 << 24)) }',
    ends: [threw],
    limits: long,
    isSample: true,
  },
  {
    name: 'refusal with a code of the host',
    run: '() => { throw { name: "Refusal", code: "SBX_STOPPED", message: "x" } }',
    ends: [threw],
    limits: long,
  },
  {
    name: 'refusal whose code is a paragraph',
    run: '() => { throw { name: "Refusal", code: "a b\\n".repeat(999), message: "x" } }',
    ends: [threw],
    limits: long,
  },
  {
    name: 'error that calls itself the end of a turn',
    run: '() => { throw new Error("Script execution timed out.") }',
    ends: [threw],
    limits: long,
  },
  {
    name: 'stack that is rendered by the guest, for ever',
    run: '() => { Error.prepareStackTrace = () => { for (;;); }; throw new Error("x") }',
    ends: [threw],
    openEnds: [threw, timeout],
  },
  {
    name: 'stack of all frames there are',
    run: '() => { Error.stackTraceLimit = Infinity; const f = () => f(); return f() }',
    ends: [threw],
    limits: long,
  },
]

export const answersAndErrors: readonly Attack[] = [...answers, ...thrownValues]
