import pg from 'pg'
import { columnParser } from './sql-values.ts'

export interface QueryAnswer {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** Rows that the statement returned or changed. */
  readonly rowCount: number
}

/** What is used of pg's connection; the same that pg-cursor and pg-query-stream use. */
interface Connection {
  readonly stream: { cork(): void; uncork(): void; destroy(): void }
  parse(message: { text: string }): void
  bind(message: { values: readonly (string | null)[] }): void
  describe(message: { type: 'P'; name: string }): void
  execute(message: { portal: string; rows: number }): void
  flush(): void
  sync(): void
}

interface Column {
  readonly name: string
  readonly parse: (text: string) => unknown
}

interface Field {
  readonly name: string
  readonly dataTypeID: number
}

export interface GuardedQueryOptions {
  readonly sql: string
  readonly parameters: readonly (string | null)[]
  readonly writes: boolean
  readonly maxRows: number
}

/** The answer has more rows than anyone may have. */
export class TooManyRowsError extends Error {}

/**
 * One statement by the extended protocol, which takes one statement only.
 *
 *   reads:   Parse Bind Describe Execute Sync                ──▶ rows ──▶ done
 *   writes:  Parse Bind Describe Execute Flush ──▶ rows, all of them welcome ──▶ Sync (commits) ──▶ done
 *
 * PostgreSQL commits at Sync. A write therefore commits only after its answer was found small enough and in
 * time; until then to cancel it or to drop the connection undoes it.
 */
export class GuardedQuery {
  readonly #options: GuardedQueryOptions
  readonly #rows: Record<string, unknown>[] = []
  readonly #outcome = Promise.withResolvers<QueryAnswer>()
  #columns: readonly Column[] = []
  #rowCount = 0
  #failure: Error | undefined
  #isSynced = false
  #isSettled = false

  constructor(options: GuardedQueryOptions) {
    this.#options = options
    // Whoever awaits `answer` sees a failure; nobody does while the connection is still being made.
    this.#outcome.promise.catch(() => undefined)
  }

  /** Settles when the connection is ready for the next statement, or is lost. */
  get answer(): Promise<QueryAnswer> {
    return this.#outcome.promise
  }

  get isSettled(): boolean {
    return this.#isSettled
  }

  /** A write that was told to commit: cancelling it now would leave its outcome open. */
  get isCommitting(): boolean {
    return this.#options.writes && this.#isSynced && !this.#isSettled && !this.#failure
  }

  /** Called by pg when it is this statement's turn. */
  submit(connection: Connection): void {
    const { sql, parameters, writes, maxRows } = this.#options
    connection.stream.cork()
    connection.parse({ text: sql })
    connection.bind({ values: parameters })
    connection.describe({ type: 'P', name: '' })
    // One more than allowed tells "exactly as many" from "more".
    connection.execute({ portal: '', rows: maxRows + 1 })
    if (writes) connection.flush()
    else this.#sync(connection)
    connection.stream.uncork()
  }

  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({
      name,
      parse: columnParser(dataTypeID),
    }))
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    if (this.#failure || this.#rows.length > this.#options.maxRows) return
    try {
      this.#rows.push(
        // Own properties whatever the name: a column may be called __proto__.
        Object.fromEntries(
          this.#columns.map(({ name, parse }, at) => {
            const text = fields[at] ?? null
            return [name, text === null ? null : parse(text)]
          }),
        ),
      )
    } catch (error) {
      this.#failure = error as Error
    }
  }

  handleCommandComplete({ text }: { text: string }, connection: Connection): void {
    this.#rowCount = Number(/\d+$/.exec(text)?.[0] ?? 0)
    this.#finish(connection)
  }

  handlePortalSuspended(connection: Connection): void {
    this.#finish(connection)
  }

  handleEmptyQuery(connection: Connection): void {
    this.#finish(connection)
  }

  handleError(error: Error, connection: Connection): void {
    this.#failure = error
    // After an error the server reads on only from Sync. pg tells of readiness to the next statement, which
    // the pool sends, so that this one may be settled now.
    if (error instanceof pg.DatabaseError) this.#sync(connection)
    this.#settle()
  }

  handleReadyForQuery(): void {
    this.#settle()
  }

  // The gate lets no COPY through; the protocol's own handlers must exist all the same.
  handleCopyInResponse(): void {
    this.fail(new Error('COPY is not supported'))
  }

  handleCopyData(): void {
    this.fail(new Error('COPY is not supported'))
  }

  /** Ends the wait with `error`. The caller drops the connection, which undoes what was not committed. */
  fail(error: Error): void {
    if (this.#isSettled) return
    this.#failure = error
    this.#settle()
  }

  #finish(connection: Connection): void {
    const { writes, maxRows } = this.#options
    if (this.#rows.length > maxRows) this.#failure ??= new TooManyRowsError()
    if (this.#failure && writes) {
      connection.stream.destroy()
      this.#settle()
      return
    }
    this.#sync(connection)
  }

  #sync(connection: Connection): void {
    if (this.#isSynced) return
    this.#isSynced = true
    connection.sync()
  }

  #settle(): void {
    if (this.#isSettled) return
    this.#isSettled = true
    if (this.#failure) this.#outcome.reject(this.#failure)
    else this.#outcome.resolve({ rows: this.#rows, rowCount: this.#rowCount })
  }
}
