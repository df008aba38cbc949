import { type Attack, ends, long } from '../attack.ts'

const { ok, timeout, memory, threw, late } = ends
const { callsExceeded, callsAtOnce, messageTooLarge, messagesTooLarge } = ends
const calls: readonly Attack[] = [
  {
    name: '100,000 host calls that nobody awaits',
    run: '(_, ctx) => { for (let i = 0; i < 1e5; i++) ctx.db.query("x").catch(() => {}); return 1 }',
    ends: [ok, timeout],
    answer: '1',
    limits: long,
  },
  {
    name: '100,000 host calls whose refusal nobody handles',
    run: '(_, ctx) => { for (let i = 0; i < 1e5; i++) ctx.db.query("x"); return 1 }',
    ends: [ok, timeout],
    answer: '1',
    limits: long,
  },
  {
    name: 'one host call after the other, for ever',
    run: 'async (_, ctx) => { for (;;) await ctx.db.query("x") }',
    ends: [callsExceeded],
    limits: long,
    hostCall: 'echo',
    isSample: true,
  },
  {
    name: 'host call of a million characters',
    run: 'async (_, ctx) => ctx.db.query("x".repeat(1 << 20))',
    ends: [messageTooLarge],
    limits: long,
    isSample: true,
  },
  {
    name: 'host call that repeats one megabyte 3000 times',
    run: 'async (_, ctx) => ctx.db.query("x", Array(3000).fill("x".repeat(1 << 20)))',
    ends: [threw, memory, timeout],
    limits: long,
  },
  {
    name: 'host call whose payload loops',
    run: 'async (_, ctx) => ctx.db.query("x", [{ toJSON() { for (;;); } }])',
    ends: [timeout],
  },
  {
    name: 'host call whose payload calls the host',
    run: 'async (_, ctx) => { const p = { toJSON() { ctx.db.query("x", p).catch(() => {}); return 1 } }; return ctx.db.query("x", p) }',
    ends: [callsAtOnce],
    limits: long,
  },
  {
    name: 'host call whose payload holds itself',
    run: 'async (_, ctx) => { const a = []; a.push(a); return ctx.db.query("x", a) }',
    ends: [threw],
    limits: long,
  },
  {
    name: '64 host calls of all the characters one may have, again and again',
    run: `async (_, ctx) => { for (;;) await Promise.all(Array.from({ length: 64 }, () => ctx.db.query("x".repeat(262000)))) }`,
    ends: [messagesTooLarge],
    limits: long,
    hostCall: 'echo',
  },
  {
    name: 'host call that is never answered',
    run: 'async (_, ctx) => ctx.db.query("x")',
    ends: [late],
    hostCall: 'never',
    deadlineMs: 600,
  },
  {
    name: 'a turn of nearly all its time between host calls, for ever',
    run: `async (_, ctx) => {
      for (;;) { for (let i = 0, until = 2e7; i < until; i++); await ctx.db.query("x") }
    }`,
    ends: [late],
    hostCall: 'echo',
    deadlineMs: 1000,
    limits: long,
  },
  {
    name: 'host call by the context of a call that is over',
    run: `async (input, ctx) => {
      if (input === "warm") { globalThis.old = ctx; return 1 }
      return globalThis.old.db.query("x").then(() => "reached", (error) => error.code)
    }`,
    ends: [ok],
    answer: '"SBX_DEADLINE_EXCEEDED"',
    warmUps: 1,
    limits: long,
    isSample: true,
  },
  {
    name: 'host call with a name of its own',
    run: 'async (_, ctx) => { ctx.db.query = ctx.services.call; return Object.getPrototypeOf(ctx).hostCall === undefined && ctx.hostCall === undefined }',
    ends: [ok],
    answer: 'true',
    limits: long,
  },
]

const logs: readonly Attack[] = [
  {
    name: 'log without an end',
    run: '() => { for (;;) console.log("x".repeat(100)) }',
    ends: [timeout],
    isSample: true,
  },
  {
    name: 'log line of 16 million characters',
    run: '(_, ctx) => { ctx.log.info("x".repeat(1 << 24)); return 1 }',
    ends: [ok],
    answer: '1',
    limits: long,
  },
  {
    name: 'log field that loops',
    run: '(_, ctx) => { ctx.log.info("x", { get a() { for (;;); } }) }',
    ends: [timeout],
  },
  {
    name: 'log field that logs',
    run: '(_, ctx) => { const f = { toJSON() { ctx.log.info("x", f); return 1 } }; ctx.log.info("x", f); return 1 }',
    ends: [threw],
    limits: long,
  },
  {
    name: 'log message that cannot become a text',
    run: `(_, ctx) => { Array.prototype.toJSON = () => [{ toString: 1, valueOf: 1 }, {}]; ctx.log.info("x"); delete Array.prototype.toJSON; return 1 }`,
    ends: [ok],
    answer: '1',
    limits: long,
    isSample: true,
  },
  {
    name: 'log of something else than message and fields',
    run: `(_, ctx) => { for (const odd of [null, 1, "x", {}, [], [{}], [null, 1]]) { Array.prototype.toJSON = () => odd; ctx.log.info("x") } delete Array.prototype.toJSON; return 1 }`,
    ends: [ok],
    answer: '1',
    limits: long,
  },
  {
    name: 'log fields a thousand levels deep, and a prototype among them',
    run: `(_, ctx) => { let a = {}; for (let i = 0; i < 1000; i++) a = { a }; ctx.log.info("x", JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}')); ctx.log.info("x", a); return 1 }`,
    ends: [ok],
    answer: '1',
    limits: long,
    isSample: true,
  },
  {
    name: 'log by the context of a call that is over',
    run: `(input, ctx) => { if (input === "warm") { globalThis.old = ctx; return 1 } globalThis.old.log.info("x".repeat(1e5)); return 2 }`,
    ends: [ok],
    answer: '2',
    warmUps: 1,
    limits: long,
  },
]

export const hostCallsAndLogs: readonly Attack[] = [...calls, ...logs]
