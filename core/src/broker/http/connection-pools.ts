import type { LookupFunction, Socket } from 'node:net'
import { buildConnector, Pool } from 'undici'
import { MAX_OF_ALL, MAX_OF_ONE } from './flights.ts'
import { parseIp } from './ip-address.ts'

/** A server that does not take a connection in this time is as good as away. */
const CONNECT_MS = 5000

/** Below the five seconds after which Node servers, and many others, close by themselves. */
const KEEP_ALIVE_MS = 4000

/** As many as requests may be under way: what is in use always has room, and of the rest the oldest goes. */
const MAX_POOLS = MAX_OF_ALL

const SWEEP_MS = 5000

interface Held {
  readonly pool: Pool
  users: number
  usedAt: number
}

interface Options {
  readonly now: () => number
  /** Trusted beside what Node trusts (its own list, and NODE_EXTRA_CA_CERTS). */
  readonly ca?: string
}

/**
 * Connections that are kept for the next request of the same plugin and tenant, each to the address that was
 * checked, and to no other. Nobody else may have one: with NTLM and its like the connection itself is signed in.
 */
export class ConnectionPools {
  readonly #options: Options
  readonly #held = new Map<string, Held>()
  readonly #sweep: NodeJS.Timeout

  constructor(options: Options) {
    this.#options = options
    this.#sweep = setInterval(() => this.#closeIdle(options.now() - KEEP_ALIVE_MS), SWEEP_MS)
    this.#sweep.unref()
  }

  get size(): number {
    return this.#held.size
  }

  /**
   * @param owner the plugin and the tenant
   * @param address of the origin's host: the connection goes there, whatever a name server says next
   * @returns undefined where there is no room
   */
  take(
    owner: string,
    origin: string,
    address: string,
  ): { pool: Pool; release: () => void } | undefined {
    const key = `${owner} ${origin} ${address}`
    const held = this.#held.get(key) ?? this.#make(key, origin, address)
    if (held === undefined) return undefined
    held.users++
    const release = () => {
      held.users--
      held.usedAt = this.#options.now()
    }
    return { pool: held.pool, release }
  }

  async stop(): Promise<void> {
    clearInterval(this.#sweep)
    const pools = [...this.#held.values()].map(({ pool }) => pool)
    this.#held.clear()
    await Promise.allSettled(pools.map((pool) => pool.destroy()))
  }

  #make(key: string, origin: string, address: string): Held | undefined {
    if (this.#held.size >= MAX_POOLS) this.#closeOldest()
    if (this.#held.size >= MAX_POOLS) return undefined
    const pool = new Pool(origin, {
      connect: pinnedConnector(address, this.#options.ca),
      connections: MAX_OF_ONE,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
    })
    const held = { pool, users: 0, usedAt: this.#options.now() }
    this.#held.set(key, held)
    return held
  }

  #closeOldest(): void {
    const idle = [...this.#held].filter(([, { users }]) => users === 0)
    const oldest = idle.sort(([, one], [, other]) => one.usedAt - other.usedAt)[0]
    if (oldest !== undefined) this.#close(oldest)
  }

  #closeIdle(unusedSince: number): void {
    for (const entry of this.#held) {
      if (entry[1].users === 0 && entry[1].usedAt <= unusedSince) this.#close(entry)
    }
  }

  #close([key, { pool }]: readonly [string, Held]): void {
    this.#held.delete(key)
    void pool.destroy()
  }
}

/** Certificates are checked against the host's name, which stays the URL's; only the way there is fixed. */
function pinnedConnector(address: string, ca: string | undefined): buildConnector.connector {
  const ip = parseIp(address)
  const lookup: LookupFunction = (_hostname, options, done) => {
    const family = ip?.family ?? 4
    if (options.all === true) done(null, [{ address, family }])
    else done(null, address, family)
  }
  const connect = buildConnector({
    timeout: CONNECT_MS,
    allowH2: false,
    lookup,
    // Not even by NODE_TLS_REJECT_UNAUTHORIZED.
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
  })
  return (options, callback) =>
    connect(options, (...[error, socket]: Parameters<buildConnector.Callback>) => {
      if (error !== null) {
        callback(error, null)
        return
      }
      if (isAt(socket, ip?.value)) callback(null, socket)
      else {
        socket.destroy()
        callback(new Error('the connection went to another address'), null)
      }
    })
}

/** What the lookup should have made certain is looked at once more, on the socket itself. */
function isAt({ remoteAddress }: Socket, value: bigint | undefined): boolean {
  return value !== undefined && parseIp(remoteAddress ?? '')?.value === value
}
