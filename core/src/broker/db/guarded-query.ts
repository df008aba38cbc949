import pg from 'pg'
import type { Column, PreparedTexts } from './prepared-texts.ts'
import { columnParser } from './sql-values.ts'

export interface QueryAnswer {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** Rows that the statement returned or changed. */
  readonly rowCount: number
}

/** What is used of pg's connection; the same that pg-cursor and pg-query-stream use. */
interface Connection {
  readonly stream: { cork(): void; uncork(): void; destroy(): void }
  parse(message: { name?: string; text: string }): void
  bind(message: { statement?: string; values: readonly (string | null)[] }): void
  describe(message: { type: 'P'; name: string }): void
  execute(message: { portal: string; rows: number }): void
  flush(): void
  sync(): void
}

interface Field {
  readonly name: string
  readonly dataTypeID: number
}

export interface GuardedStatement {
  readonly sql: string
  readonly parameters: readonly (string | null)[]
  /** Everything is undone unless it returns or changes exactly as many. */
  readonly rows?: number | undefined
  /** Nobody reads what it returns: rows are counted and let go. */
  readonly isSilent?: boolean
}

export interface GuardedQueryOptions {
  /** At least one; they run in this order, in one transaction. */
  readonly statements: readonly GuardedStatement[]
  readonly writes: boolean
  /** Of all statements together. */
  readonly maxRows: number
  /** The connection served somebody before and was not wiped since. */
  readonly isDirty?: boolean
  /** Of the connection. With it the one statement, a read, is prepared, or asked again as prepared before. */
  readonly prepared?: PreparedTexts | undefined
  /** Asked when all statements of a write have run, before it commits. */
  readonly lastCheck?: (() => LastCheck | undefined) | undefined
}

/** One more statement in the same transaction, and what it has to say about it. */
export interface LastCheck {
  readonly statement: GuardedStatement
  /** An error undoes everything. */
  readonly verdict: (answer: QueryAnswer) => Error | undefined
}

/** The answer has more rows than anyone may have. */
export class TooManyRowsError extends Error {}

/** The connection could not be wiped: it serves nobody any more. */
class NotWipedError extends Error {}

/** A statement met another number of rows than it was sent to meet. Everything was undone. */
export class RowsUnexpectedError extends Error {
  readonly index: number
  readonly expected: number
  readonly met: number

  constructor(index: number, expected: number, met: number) {
    super(`statement ${index} met ${met} rows instead of ${expected}`)
    this.index = index
    this.expected = expected
    this.met = met
  }
}

/** Leaves nothing of one call for the next on the same connection. */
export const WIPE = 'DISCARD ALL'

/**
 * Statements by the extended protocol, which takes one statement at a time; all of them are sent at once.
 *
 *   reads:   (Parse Bind Describe Execute)… Sync                ──▶ rows ──▶ done
 *   writes:  (Parse Bind Describe Execute)… Flush ──▶ rows, all of them welcome ──▶ Sync (commits) ──▶ done
 *                                                 └─▶ not welcome ──▶ BEGIN ROLLBACK Sync ──▶ undone
 *
 * Up to Sync, statements are one transaction, and PostgreSQL commits at Sync. A write therefore commits only
 * after its answers were found small enough, as expected, and in time; until then to cancel it or to drop the
 * connection undoes it. BEGIN only makes the transaction that is open anyway one that ROLLBACK may end
 * without a warning in the server's log.
 */
export class GuardedQuery {
  readonly #options: GuardedQueryOptions
  readonly #answers: QueryAnswer[] = []
  readonly #outcome = Promise.withResolvers<readonly QueryAnswer[]>()
  #columns: readonly Column[] = []
  /** The name under which the statement is being prepared. */
  #newName: string | undefined
  #rows: Record<string, unknown>[] = []
  #keptRows = 0
  #isWiping = false
  #lastCheck: LastCheck | undefined
  #failure: Error | undefined
  #isSynced = false
  #isUndoing = false
  #isSettled = false

  constructor(options: GuardedQueryOptions) {
    this.#options = options
    // Whoever awaits `answers` sees a failure; nobody does while the connection is still being made.
    this.#outcome.promise.catch(() => undefined)
  }

  /** One for each statement. Settles when the connection is ready for the next, or is lost. */
  get answers(): Promise<readonly QueryAnswer[]> {
    return this.#outcome.promise
  }

  get isSettled(): boolean {
    return this.#isSettled
  }

  /** Of the statement that runs, or failed; statements before it ran well. */
  get index(): number {
    return this.#answers.length
  }

  /** A write that was told to commit: cancelling it now would leave its outcome open. */
  get isCommitting(): boolean {
    return this.#options.writes && this.#isSynced && !this.#isSettled && !this.#failure
  }

  /** Called by pg when it is this query's turn. */
  submit(connection: Connection): void {
    const { writes, isDirty, prepared } = this.#options
    connection.stream.cork()
    if (isDirty) {
      // First in its row of messages, it is a transaction of its own: PostgreSQL commits it at once.
      this.#isWiping = true
      command(connection, WIPE)
    }
    if (prepared) this.#sendPrepared(connection, prepared)
    else this.#sendAll(connection)
    if (writes) connection.flush()
    else this.#sync(connection)
    connection.stream.uncork()
  }

  #sendAll(connection: Connection): void {
    let before: string | undefined
    for (const statement of this.#options.statements) {
      this.#send(connection, statement, before)
      before = statement.sql
    }
  }

  #sendPrepared(connection: Connection, prepared: PreparedTexts): void {
    const [{ sql, parameters }] = this.#options.statements as [GuardedStatement]
    const known = prepared.find(sql)
    if (known) this.#columns = known.columns
    else this.#newName = prepared.newName()
    const name = known?.name ?? this.#newName ?? ''
    if (!known) connection.parse({ name, text: sql })
    connection.bind({ statement: name, values: parameters })
    if (!known) connection.describe({ type: 'P', name: '' })
    connection.execute({ portal: '', rows: this.#options.maxRows + 1 })
  }

  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({
      name,
      parse: columnParser(dataTypeID),
    }))
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    if (this.#failure || this.#current?.isSilent === true) return
    if (!this.#lastCheck && ++this.#keptRows > this.#options.maxRows) {
      this.fail(new TooManyRowsError())
      return
    }
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
    if (this.#isWiping) {
      this.#isWiping = false
      return
    }
    this.#statementEnded(connection, Number(/\d+$/.exec(text)?.[0] ?? 0))
  }

  handlePortalSuspended(): void {
    this.fail(new TooManyRowsError())
  }

  handleEmptyQuery(connection: Connection): void {
    this.#statementEnded(connection, 0)
  }

  handleError(error: Error, connection: Connection): void {
    this.#failure ??= this.#isWiping ? new NotWipedError(WIPE, { cause: error }) : error
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

  get #current(): GuardedStatement | undefined {
    return this.#options.statements[this.#answers.length] ?? this.#lastCheck?.statement
  }

  /** The unnamed statement stays until another is parsed: the same text again needs only its parameters. */
  #send(connection: Connection, { sql, parameters }: GuardedStatement, before?: string): void {
    const isNew = sql !== before
    if (isNew) connection.parse({ text: sql })
    connection.bind({ values: parameters })
    if (isNew) connection.describe({ type: 'P', name: '' })
    // One more than allowed tells "exactly as many" from "more".
    connection.execute({ portal: '', rows: this.#options.maxRows + 1 })
  }

  #statementEnded(connection: Connection, rowCount: number): void {
    // After `fail` the connection is dropped: a Sync now would commit what it must undo.
    if (this.#isUndoing || this.#isSettled) return
    const at = this.#answers.length
    const expected = this.#current?.rows
    if (expected !== undefined && rowCount !== expected) {
      this.#failure ??= new RowsUnexpectedError(at, expected, rowCount)
    }
    if (this.#newName !== undefined && at === 0) {
      const { prepared, statements } = this.#options
      prepared?.add(statements[0]?.sql ?? '', { name: this.#newName, columns: this.#columns })
    }
    const answer = { rows: this.#rows, rowCount }
    this.#answers.push(answer)
    this.#rows = []
    this.#failure ??= this.#lastCheck?.verdict(answer)
    const { statements, writes } = this.#options
    if (writes && this.#answers.length >= statements.length) this.#allEnded(connection)
  }

  #allEnded(connection: Connection): void {
    if (this.#failure) {
      this.#undo(connection)
      return
    }
    if (!this.#lastCheck) {
      this.#lastCheck = this.#options.lastCheck?.()
      if (this.#lastCheck) {
        this.#send(connection, this.#lastCheck.statement)
        connection.flush()
        return
      }
    }
    this.#sync(connection)
  }

  #undo(connection: Connection): void {
    this.#isUndoing = true
    connection.stream.cork()
    command(connection, 'BEGIN')
    command(connection, 'ROLLBACK')
    this.#sync(connection)
    connection.stream.uncork()
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
    else this.#outcome.resolve(this.#answers.slice(0, this.#options.statements.length))
  }
}

function command(connection: Connection, text: string): void {
  connection.parse({ text })
  connection.bind({ values: [] })
  connection.execute({ portal: '', rows: 0 })
}
