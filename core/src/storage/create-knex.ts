import knex, { type Knex } from 'knex'
import type pg from 'pg'
import { ANSWER_TIMEOUT_MS, endWhenSilent } from './answer-deadline.ts'
import { connectionBudget } from './connection-budget.ts'

export interface KnexOptions {
  /** Most connections at once; the host's share of the budget when left out. */
  readonly pool?: number
  /** Shown in pg_stat_activity, so that an operator sees who holds a connection. */
  readonly name?: string
  /** How long a statement may stay without a sign of life from the server. For tests. */
  readonly answerTimeoutMs?: number
}

/** Above it a request would rather be told 503 than wait: the gateway's own deadlines start at two seconds. */
const ACQUIRE_TIMEOUT_MS = 2000
/** A server that accepts but does not answer counts as away. */
const CONNECT_TIMEOUT_MS = 2000

const silent = () => undefined

/** A pool of connections to one database of PostgreSQL. Opens none until asked; end it with `destroy()`. */
export function createKnex(url: string, options: KnexOptions = {}): Knex {
  return knex({
    client: 'pg',
    connection: {
      connectionString: url,
      application_name: options.name ?? 'signalbox',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    },
    pool: {
      min: 0,
      max: options.pool ?? connectionBudget.host,
      // The first error reaches the caller at once; otherwise tarn would retry until the timeout above.
      propagateCreateError: true,
      afterCreate: (connection: pg.Client, done: (error: null, connection: pg.Client) => void) => {
        endWhenSilent(connection, options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS)
        done(null, connection)
      },
    },
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    // What knex would print is in the error that the caller gets; the host has one log, and it is JSON.
    log: { warn: silent, error: silent, deprecate: silent, debug: silent },
  })
}
