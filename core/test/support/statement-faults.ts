import type { Knex } from 'knex'
import { createKnex } from '../../src/storage/create-knex.ts'

/**
 * - `before`: it is not sent.
 * - `unanswered`: it is done, and whoever asked is never told. Of a COMMIT: it is committed and looks as if not.
 */
export type FaultKind = 'before' | 'unanswered'

interface StatementFault {
  /** From 1 on, over all connections. */
  readonly nth: number
  readonly kind: FaultKind
  /** Left out: the connection breaks. */
  readonly strike?: () => void
}

type Callback = (error: Error | null, answer?: unknown) => void

interface RawConnection {
  query(config: unknown, callback: Callback): unknown
  readonly connection: { readonly stream: { destroy(): void } }
}

/** A pool of which one statement meets a fault; the others are only counted. */
export function faultyKnex(
  url: string,
  fault?: StatementFault,
): { readonly knex: Knex; readonly statements: readonly string[] } {
  const knex = createKnex(url)
  const statements: string[] = []
  const { client } = knex
  const acquire = client.acquireRawConnection.bind(client)
  client.acquireRawConnection = async () => {
    const connection: RawConnection = await acquire()
    const query = connection.query.bind(connection)
    const strike = fault?.strike ?? (() => connection.connection.stream.destroy())
    connection.query = (config, callback) => {
      statements.push((config as { text: string }).text)
      if (statements.length !== fault?.nth) return query(config, callback)
      if (fault.kind === 'before') {
        strike()
        return query(config, callback)
      }
      return query(config, (error, answer) => {
        strike()
        callback(error ?? new Error('Connection terminated unexpectedly'), answer)
      })
    }
    return connection
  }
  return { knex, statements }
}
