import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { signalBackend } from './signal-backend.ts'

/** A cancel arrives within a millisecond; undoing a large step is quick too, as PostgreSQL keeps old rows. */
const CANCEL_GRACE_MS = 2000
/** Behind our own deadline, for the case that the host dies with a statement running. */
const BACKSTOP_MS = 5000

/**
 * One login of a migrator, with a deadline from outside: PostgreSQL's own statement_timeout begins anew with
 * every statement of a text, so that a text of many would never reach it.
 */
export class MigratorSession {
  readonly client: pg.Client
  readonly #cancel: pg.Pool
  readonly #timer: NodeJS.Timeout
  #ending: Promise<void> | undefined
  #isClosed = false

  private constructor(client: pg.Client, cancel: pg.Pool, deadlineMs: number) {
    this.client = client
    this.#cancel = cancel
    this.#timer = setTimeout(() => {
      this.#ending = this.#end()
    }, deadlineMs)
  }

  static async open(
    config: pg.ClientConfig,
    cancel: pg.Pool,
    deadlineMs: number,
  ): Promise<MigratorSession> {
    const client = new pg.Client({ ...config, statement_timeout: deadlineMs + BACKSTOP_MS })
    client.on('error', () => undefined)
    try {
      await client.connect()
    } catch (error) {
      await client.end().catch(() => undefined)
      throw error
    }
    return new MigratorSession(client, cancel, deadlineMs)
  }

  /** The deadline has passed: what fails from now on failed because of it. */
  get isLate(): boolean {
    return this.#ending !== undefined
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    // A cancel under way is waited for: the server may have given the process id to someone else.
    await this.#ending
    await this.client.end().catch(() => undefined)
  }

  /** Cancels; what does not heed that loses its connection, and with it all that was not committed. */
  async #end(): Promise<void> {
    const { processID } = this.client as unknown as { readonly processID: number }
    await signalBackend(this.#cancel, 'pg_cancel_backend', processID)
    const deadline = performance.now() + CANCEL_GRACE_MS
    while (!this.#isClosed && performance.now() < deadline) await delay(10)
    if (this.#isClosed) return
    await signalBackend(this.#cancel, 'pg_terminate_backend', processID)
    await this.client.end().catch(() => undefined)
  }
}
