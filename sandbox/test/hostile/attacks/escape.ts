import { type Attack, ends, long } from '../attack.ts'

const { ok, threw } = ends

/** Runs a probe that lists what it reached; nothing is what it must reach. */
const reachesNothing = (name: string, probe: string, extra: Partial<Attack> = {}): Attack => ({
  name,
  run: `async (input, ctx) => { const found = []; ${probe}; return found }`,
  ends: [ok],
  answer: '[]',
  limits: long,
  ...extra,
})

const hostText = String.raw`/node:|isolated|file:|\.ts\b|\/(?:work|home|root|usr|tmp|opt|var|etc)\//`

/** Ways out of the isolate. The walk over everything reachable is in escape.test.ts. */
export const escapes: readonly Attack[] = [
  reachesNothing(
    'globals of Node and of other hosts',
    `for (const name of ["process", "require", "module", "exports", "global", "Buffer", "ivm", "Deno", "Bun", "$262", "d8", "print", "load", "read", "readline", "importScripts", "postMessage", "Worker", "XMLHttpRequest", "gc"]) if (typeof globalThis[name] !== "undefined") found.push(name)`,
    { isSample: true },
  ),
  reachesNothing(
    'globals seen by code made from text',
    `for (const make of [() => Function, () => (() => 1).constructor, () => (async () => 1).constructor, () => ctx.constructor.constructor, () => ctx.db.query.constructor, () => console.log.constructor]) {
      try { const scope = make()("return this")(); for (const name of ["process", "require", "Buffer"]) if (scope?.[name]) found.push(name) } catch {}
    }`,
  ),
  reachesNothing(
    'callers by way of arguments',
    `function sloppy() { return [sloppy.caller, arguments.callee.caller] }
    try { for (const f of sloppy()) { let g = f; for (let i = 0; g && i < 20; i++) { if (!String(g).includes("found")) found.push(String(g)); g = g.caller } } } catch {}
    const spy = { toJSON() { try { const f = spy.toJSON.caller; if (f) found.push(String(f)) } catch {} return 1 } }
    await ctx.db.query("x", [spy])`,
    { hostCall: 'echo' },
  ),
  reachesNothing(
    'functions and receivers by way of call sites',
    `try { Error.prepareStackTrace = (_, sites) => sites } catch {}
    const sites = new Error("x").stack
    if (Array.isArray(sites)) for (const site of sites) {
      for (const read of ["getThis", "getFunction"]) { const value = site[read]?.(); if (value !== undefined && value !== globalThis && !value.run && !String(value).includes("found")) found.push(read + " " + String(value).slice(0, 80)) }
      if (${hostText}.test(String(site.getFileName()) + site.getScriptNameOrSourceURL?.() + site.getEvalOrigin?.())) found.push(String(site.getFileName()))
    }
    try { delete Error.prepareStackTrace } catch {}`,
  ),
  reachesNothing(
    'paths by way of stacks',
    `const stacks = []
    try { null.x } catch (error) { stacks.push(error.stack) }
    try { JSON.parse("{") } catch (error) { stacks.push(error.stack) }
    try { (function f() { f() })() } catch (error) { stacks.push(error.stack) }
    try { await ctx.db.query("x") } catch (error) { stacks.push(error.stack) }
    try { await ctx.services.call("x", "y") } catch (error) { stacks.push(error.stack, error.message, String(error.cause), JSON.stringify(error)) }
    const target = {}; Error.captureStackTrace?.(target); stacks.push(target.stack)
    for (const stack of stacks) if (${hostText}.test(stack)) found.push(stack)`,
    { hostCall: 'secret', isSample: true },
  ),
  reachesNothing(
    'what the host said when it failed',
    `const texts = []
    try { await ctx.db.query("x") } catch (error) {
      for (let o = error; o; o = Object.getPrototypeOf(o)) for (const key of Reflect.ownKeys(o)) { try { texts.push(String(o[key])) } catch {} }
    }
    for (const text of texts) if (/secret|hunter2/.test(text)) found.push(text)`,
    { hostCall: 'secret', isSample: true },
  ),
  reachesNothing(
    'objects behind the context',
    `const names = new Set()
    for (let o = ctx; o; o = Object.getPrototypeOf(o)) for (const key of Reflect.ownKeys(o)) names.add(String(key))
    for (const name of names) if (/call$|runtime|outbox|ivm|reference|isolate|shared/i.test(name)) found.push(name)
    const twin = Reflect.construct(ctx.constructor, [{ hostCall: (...all) => found.push(...all.map(String)), headLine: () => "" }, { tenant: "x" }])
    if (twin.tenant !== "x") found.push(twin.tenant)`,
  ),
  {
    name: 'import of a module of Node',
    run: 'async () => (await import("node:fs")).readFileSync',
    ends: [threw],
    limits: long,
    isSample: true,
  },
  {
    name: 'import of code as an address',
    run: 'async () => (await import("data:text/javascript,export default 1")).default',
    ends: [threw],
    limits: long,
  },
  reachesNothing(
    'import.meta by code made from text',
    `for (const text of ["import.meta.url", "import('node:fs')", "new.target"]) { try { found.push(String((0, eval)(text))) } catch {} }
    found.splice(0, found.length, ...found.filter((text) => text !== "[object Promise]"))`,
  ),
]
