import type { Socket } from 'node:net'
import type pg from 'pg'

/**
 * A server that is stopped, or behind a network that swallows packets, keeps its connections open and never
 * answers. Ten seconds without a byte in either direction: the largest thing a statement of the host carries
 * is a megabyte, and the longest wait is for another's commit of twenty of them.
 */
export const ANSWER_TIMEOUT_MS = 10_000

/** What pg's types leave out. */
interface PgInternals {
  readonly connection: { readonly stream: Socket }
  readonly readyForQuery: boolean
}

/**
 * From now on the connection is ended when a statement is under way and nothing moves for `ms`. Its caller
 * is told as of any connection that breaks, and no pool hands it out again (pg's own `query_timeout` would
 * leave it in the pool, still waiting for its answer).
 */
export function endWhenSilent(client: pg.ClientBase, ms = ANSWER_TIMEOUT_MS): void {
  const { stream } = (client as unknown as PgInternals).connection
  stream.setTimeout(ms)
  stream.on('timeout', () => {
    if ((client as unknown as PgInternals).readyForQuery) return
    const message = `PostgreSQL gave no answer within ${ms / 1000} seconds`
    // The code that the kernel gives when it is the first to lose patience.
    stream.destroy(Object.assign(new Error(message), { code: 'ETIMEDOUT' }))
  })
}

/** For a statement that may rightly take long: `work` is not watched. */
export async function patiently<Result>(
  client: pg.ClientBase,
  work: () => Promise<Result>,
): Promise<Result> {
  const { stream } = (client as unknown as PgInternals).connection
  const ms = stream.timeout ?? 0
  stream.setTimeout(0)
  try {
    return await work()
  } finally {
    stream.setTimeout(ms)
  }
}
