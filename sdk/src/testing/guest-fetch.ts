import { AsyncLocalStorage } from 'node:async_hooks'
import { askedOf, type FetchAnswer, responseOf } from './fetch-bodies.ts'

type Ask = (call: string, body: unknown) => Promise<unknown>

/** Whose turn it is, through whatever it awaits. */
const current = new AsyncLocalStorage<Ask>()

const outside = globalThis.fetch

/** As in a sandbox: within a call of a test host it asks that host; anywhere else it is Node's. */
const guestFetch: typeof fetch = async (input, init) => {
  const ask = current.getStore()
  if (ask === undefined) return outside(input, init)
  const answer = await ask('http.fetch', await askedOf(input, init))
  return responseOf(answer as FetchAnswer)
}

/** Runs a handler so that its `fetch` is the one of its host: a test asks nobody on the network by mistake. */
export function withGuestFetch<Answer>(ask: Ask, run: () => Answer): Answer {
  globalThis.fetch = guestFetch
  return current.run(ask, run)
}
