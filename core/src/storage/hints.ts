import pg from 'pg'

/** A server that accepts the listener but does not answer it counts as away. */
const ANSWER_TIMEOUT_MS = 2000

/**
 * What other nodes say over PostgreSQL's NOTIFY, on one connection for all channels. A hint says where to look
 * again, and never what is there: whoever hears none finds the same by polling.
 */
export class Hints {
  readonly #databaseUrl: string
  readonly #told = new Map<string, (payload: string) => void>()
  #client: pg.Client | undefined
  #isListening = false
  #isStopped = false

  constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl
  }

  /** Whether what others say is heard. A pooler that takes LISTEN and hands nothing on is not told from one that does. */
  get isHearing(): boolean {
    return this.#isListening
  }

  /**
   * Heard from the next connection on, or from now on where there is one.
   * @param channel one of the host's constants: it becomes part of a statement
   */
  hear(channel: string, told: (payload: string) => void): void {
    this.#told.set(channel, told)
    // One that fails has lost its connection: the next one asks for all.
    this.#client?.query(`listen ${channel}`).catch(() => undefined)
  }

  /** Does nothing where it listens already. Rejects where PostgreSQL is away: to be asked again. */
  async connect(): Promise<void> {
    if (this.#isStopped || this.#client !== undefined) return
    const client = new pg.Client({
      connectionString: this.#databaseUrl,
      connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      keepAlive: true,
    })
    const drop = () => {
      if (this.#client !== client) return
      this.#client = undefined
      this.#isListening = false
    }
    client.on('error', drop)
    client.on('end', drop)
    client.on('notification', ({ channel, payload }) => this.#told.get(channel)?.(payload ?? ''))
    this.#client = client
    try {
      await client.connect()
      for (const channel of this.#told.keys()) await client.query(`listen ${channel}`)
      this.#isListening = this.#client === client
    } catch (error) {
      drop()
      await client.end().catch(() => undefined)
      throw error
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#client?.end().catch(() => undefined)
  }
}
