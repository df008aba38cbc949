import { AsyncLocalStorage } from 'node:async_hooks'
import { askedOf, type FetchAnswer, responseOf } from './fetch-bodies.ts'
import type { GuestTimers } from './guest-timers.ts'

/** What a call of a test host has in place of Node's: nothing else of its handler is anybody's but Node's. */
export interface GuestWorld {
  readonly ask: (call: string, body: unknown) => Promise<unknown>
  readonly timers: GuestTimers
}

/** Whose turn it is, through whatever it awaits. */
const current = new AsyncLocalStorage<GuestWorld>()

/** Node's own, or what a test has put there since: anything outside a call gets it. */
const outside = {
  fetch: globalThis.fetch,
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  clearTimeout: globalThis.clearTimeout,
  clearInterval: globalThis.clearInterval,
}

const guest: typeof outside = {
  fetch: async (input, init) => {
    const world = current.getStore()
    if (world === undefined) return outside.fetch(input, init)
    const answer = await world.ask('http.fetch', await askedOf(input, init))
    return responseOf(answer as FetchAnswer)
  },
  setTimeout: timer('setTimeout'),
  setInterval: timer('setInterval'),
  clearTimeout: clearing('clearTimeout'),
  clearInterval: clearing('clearInterval'),
}

/** Runs a handler so that `fetch` and timers are those of its host: a test asks nobody on the network by mistake. */
export function withGuestWorld<Answer>(world: GuestWorld, run: () => Answer): Answer {
  for (const name of Object.keys(guest) as (keyof typeof guest)[]) {
    if (globalThis[name] === guest[name]) continue
    Object.assign(outside, { [name]: globalThis[name] })
    Object.assign(globalThis, { [name]: guest[name] })
  }
  return current.run(world, run)
}

/** What the host does for a call, its test's answers among it, is not the guest's. */
export function outsideGuest<Answer>(run: () => Answer): Answer {
  return current.exit(run)
}

function timer<Name extends 'setTimeout' | 'setInterval'>(name: Name): (typeof outside)[Name] {
  const set = (callback: unknown, ms?: unknown, ...parts: unknown[]) => {
    const world = current.getStore()
    if (world !== undefined) return world.timers.set(clockOf(name), callback, ms, parts)
    return Reflect.apply(outside[name], globalThis, [callback, ms, ...parts])
  }
  // `util.promisify` and the like look for what Node's own carries.
  return Object.assign(set, outside[name])
}

function clockOf(name: 'setTimeout' | 'setInterval') {
  const start = (run: () => void, everyMs: number) => {
    const made = outside[name](run, everyMs)
    return () => outside.clearTimeout(made)
  }
  return { isRepeated: name === 'setInterval', start }
}

function clearing<Name extends 'clearTimeout' | 'clearInterval'>(
  name: Name,
): (typeof outside)[Name] {
  return (id) => {
    const world = current.getStore()
    if (world?.timers.clear(id) !== true) outside[name](id)
  }
}
