import type { Duplex } from 'node:stream'
import pg from 'pg'
import { FrameMeter } from './frame-meter.ts'
import { WIPE } from './guarded-query.ts'
import type { TenantLogin } from './plugin-roles.ts'
import { PreparedTexts } from './prepared-texts.ts'

export interface RolePoolsOptions {
  readonly connect: (login: TenantLogin) => pg.ClientConfig
  /** Connections of all roles together, and of one role. */
  readonly total: number
  readonly perRole: number
  readonly idleMs: number
}

/** One connection, logged in as one role, for the statements of one transaction. */
export interface Lease {
  readonly client: pg.Client
  readonly meter: FrameMeter
  readonly prepared: PreparedTexts
  /** The backend's process id, for cancelling. */
  readonly processId: number
  /** It comes straight from another statement: whoever has it wipes it before anything else. */
  readonly isDirty: boolean
  /**
   * Back to the pool: `dirty`, to be wiped before anything else runs; `read`, to be wiped when it rests. Not
   * after a cancel: it could hit the wipe.
   */
  release(as: 'dirty' | 'read'): void
  /** Closes the connection; what was not committed is undone. */
  destroy(): void
}

/** Several answers of a handler's own turn; a connection that rests longer is wiped by itself. */
const WIPE_AFTER_MS = 5

/**
 * `dirty`: whoever takes it wipes it in the same message as its statement. `read`: statements only read, and
 * left nothing that the gate knows of; the next of the role goes straight on. `wiping`: DISCARD ALL is under
 * way; a statement sent meanwhile waits behind it.
 */
type ConnectionState = 'leased' | 'wiping' | 'clean' | 'dirty' | 'read'

interface Connection {
  readonly roleName: string
  readonly client: pg.Client
  readonly meter: FrameMeter
  readonly prepared: PreparedTexts
  isClosed: boolean
  state: ConnectionState
  idleTimer: NodeJS.Timeout | undefined
}

const readiness = {
  wiping: 0,
  clean: 1,
  dirty: 2,
  read: 3,
  leased: -1,
} as const satisfies Readonly<Record<ConnectionState, number>>

interface Waiter {
  readonly login: TenantLogin
  readonly grant: () => void
}

/**
 * Connections of many roles under one budget. A connection is made for its role and wiped before it serves
 * again. When the budget is spent, the idle connection that was used longest ago is closed; when all are
 * busy, callers wait in the order they came, a role that has its share being passed over.
 */
export class RolePools {
  readonly #options: RolePoolsOptions
  /** Idle ones, least recently used first: a Set keeps the order of insertion. */
  readonly #idle = new Set<Connection>()
  readonly #countOf = new Map<string, number>()
  readonly #open = new Set<Connection>()
  readonly #waiters: Waiter[] = []
  #count = 0
  #isStopped = false

  constructor(options: RolePoolsOptions) {
    this.#options = options
  }

  /** @throws when the signal ends the wait, and pg's error when the server refuses. */
  async acquire(login: TenantLogin, signal: AbortSignal): Promise<Lease> {
    signal.throwIfAborted()
    const { roleName } = login
    for (;;) {
      const idle = this.#takeIdle(roleName)
      if (idle) return this.#lease(idle)
      if (this.#mayOpen(roleName)) return this.#lease(await this.#connect(login, signal))
      await this.#turn(login, signal)
    }
  }

  get stats(): { readonly used: number; readonly idle: number; readonly waiting: number } {
    const idle = this.#idle.size
    return { used: this.#count - idle, idle, waiting: this.#waiters.length }
  }

  /** Closes every idle connection of the role; busy ones close when they come back. */
  forget(roleName: string): void {
    for (const connection of [...this.#open]) {
      if (connection.roleName === roleName) this.#close(connection)
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    const ends = [...this.#open].map((connection) => {
      const ended = new Promise<void>((done) => connection.client.once('end', () => done()))
      this.#close(connection)
      return ended
    })
    await Promise.all(ends)
  }

  #takeIdle(roleName: string): Connection | undefined {
    // The most recently used one, so that the others grow old and make room; but first one that must not be
    // left as it is, then one that is ready. Even one being wiped is there sooner than a new connection.
    let best: Connection | undefined
    for (const connection of this.#idle) {
      if (connection.roleName !== roleName) continue
      if (best === undefined || readiness[connection.state] >= readiness[best.state]) {
        best = connection
      }
    }
    if (best) {
      this.#idle.delete(best)
      clearTimeout(best.idleTimer)
    }
    return best
  }

  #mayOpen(roleName: string): boolean {
    const { total, perRole } = this.#options
    if (this.#isStopped) throw new Error('Connection terminated: the pools were stopped')
    if ((this.#countOf.get(roleName) ?? 0) >= perRole) return false
    if (this.#count < total) return true
    const [oldest] = this.#idle
    if (!oldest) return false
    this.#close(oldest)
    return true
  }

  async #connect(login: TenantLogin, signal: AbortSignal): Promise<Connection> {
    const { roleName } = login
    this.#reserve(roleName, 1)
    const client = new pg.Client(this.#options.connect(login))
    const leave = () => socketOf(client).destroy()
    signal.addEventListener('abort', leave, { once: true })
    try {
      client.on('error', () => undefined)
      await client.connect()
    } catch (error) {
      this.#reserve(roleName, -1)
      throw error
    } finally {
      signal.removeEventListener('abort', leave)
    }
    const meter = new FrameMeter(socketOf(client))
    const connection: Connection = {
      roleName,
      client,
      meter,
      prepared: new PreparedTexts(),
      isClosed: false,
      state: 'clean',
      idleTimer: undefined,
    }
    this.#open.add(connection)
    client.on('error', () => this.#close(connection))
    client.once('end', () => this.#close(connection))
    return connection
  }

  #lease(connection: Connection): Lease {
    const { client, meter, prepared, state } = connection
    connection.state = 'leased'
    if (state === 'dirty') prepared.clear()
    return {
      client,
      meter,
      prepared,
      isDirty: state === 'dirty',
      processId: (client as unknown as PgInternals).processID,
      release: (as) => this.#release(connection, as),
      destroy: () => this.#close(connection),
    }
  }

  /**
   * The next statement often follows at once, and then wipes in the same message: a round trip less. Nothing
   * else can run on the connection meanwhile, and what no statement follows is wiped before it is idle. A
   * connection is of one plugin in one tenant: to go on unwiped after a read shows that plugin nothing of others.
   */
  #release(connection: Connection, as: 'dirty' | 'read'): void {
    if (connection.isClosed) return
    if (this.#isStopped) {
      this.#close(connection)
      return
    }
    connection.state = connection.prepared.isFull ? 'dirty' : as
    this.#idle.add(connection)
    connection.idleTimer = setTimeout(() => this.#wipe(connection), WIPE_AFTER_MS)
    this.#wakeNext()
  }

  /** DISCARD ALL: settings, prepared statements, cursors, temporary tables and locks of the statement before. */
  #wipe(connection: Connection): void {
    connection.state = 'wiping'
    connection.prepared.clear()
    connection.idleTimer = setTimeout(() => this.#close(connection), this.#options.idleMs)
    connection.idleTimer.unref()
    connection.client.query(WIPE).then(
      () => {
        if (connection.state === 'wiping') connection.state = 'clean'
      },
      () => this.#close(connection),
    )
  }

  #close(connection: Connection): void {
    if (connection.isClosed) return
    connection.isClosed = true
    clearTimeout(connection.idleTimer)
    this.#idle.delete(connection)
    this.#open.delete(connection)
    this.#reserve(connection.roleName, -1)
    socketOf(connection.client).destroy()
    this.#wakeNext()
  }

  #reserve(roleName: string, by: 1 | -1): void {
    this.#count += by
    const count = (this.#countOf.get(roleName) ?? 0) + by
    if (count === 0) this.#countOf.delete(roleName)
    else this.#countOf.set(roleName, count)
    if (by < 0) this.#wakeNext()
  }

  #turn(login: TenantLogin, signal: AbortSignal): Promise<void> {
    return new Promise((done, fail) => {
      const waiter: Waiter = {
        login,
        grant: () => {
          signal.removeEventListener('abort', leave)
          done()
        },
      }
      const leave = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1)
        fail(new Error('the wait for a connection was ended', { cause: signal.reason }))
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiters.push(waiter)
    })
  }

  /** Wakes the first in line who can be served; what it then takes is checked again by itself. */
  #wakeNext(): void {
    const waiter = this.#nextWaiter()
    if (!waiter) return
    this.#waiters.splice(this.#waiters.indexOf(waiter), 1)
    waiter.grant()
  }

  #nextWaiter(): Waiter | undefined {
    const { perRole, total } = this.#options
    return this.#waiters.find(({ login: { roleName } }) => {
      const hasIdle = [...this.#idle].some((connection) => connection.roleName === roleName)
      const isUnderShare = (this.#countOf.get(roleName) ?? 0) < perRole
      return hasIdle || (isUnderShare && (this.#count < total || this.#idle.size > 0))
    })
  }
}

/** What pg's types leave out; the first is the one stream that bytes come in by, TLS or not. */
interface PgInternals {
  readonly connection: { readonly stream: Duplex }
  readonly processID: number
}

function socketOf(client: pg.Client): Duplex {
  return (client as unknown as PgInternals).connection.stream
}
