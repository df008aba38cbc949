import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import { isDatabaseUnavailable } from '../../storage/database-unavailable.ts'
import type { UserPrincipal } from '../principal.ts'
import { proveSession } from '../sessions/session-store.ts'
import { proveToken } from '../tokens/token-store.ts'
import type { AccessClock } from './access-clock.ts'
import { loadGrants, readRevision } from './access-store.ts'

export interface Access {
  readonly principal: UserPrincipal
  /** What a form must repeat; of sessions alone. */
  readonly csrf?: string | undefined
  /** On the monotonic clock; undefined: it has just been done, or is a token. */
  rotatesAt: number | undefined
}

interface Entry extends Access {
  readonly revision: number
  readonly freshUntil: number
  readonly staleUntil: number
}

interface Ports {
  readonly knex: Knex
  readonly clock: Pick<AccessClock, 'of'>
  /** Milliseconds on a clock that never runs backwards. */
  readonly monotonic: () => number
}

/** A last use is written about once a minute, and a session that idles is found out as late as that. */
const FRESH_MS = 60_000

/** While PostgreSQL is away, whoever was let in stays in for as long as an idle session would. */
const STALE_MS = 30 * 60_000

/** At some 1 KB each 10 MB; who comes beyond it is read again. */
const MAX_ENTRIES = 10_000

/** A tenant that changes all the time: each look takes a few milliseconds, so five in a row are chance. */
const MAX_TRIES = 5

/**
 * Who the users behind sessions and tokens are, and what they may do: read once a minute, and anew as soon as this node
 * hears that anything of the tenant has changed. Keys are hashes: memory holds no secret that was good.
 */
export class AccessCache {
  readonly #ports: Ports
  readonly #entries = new Map<string, Entry>()
  readonly #loading = new Map<string, Promise<Entry | undefined>>()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** What needs no query; undefined where one is needed. */
  known(key: string): Access | undefined {
    const entry = this.#entries.get(key)
    const isFresh = entry !== undefined && this.#ports.monotonic() < entry.freshUntil
    return isFresh && this.#isCurrent(entry) ? entry : undefined
  }

  /** @param hash SHA-256 of the secret. @returns undefined where it proves nobody */
  async of(kind: 'session' | 'token', hash: Buffer): Promise<Access | undefined> {
    const key = hash.toString('base64')
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const known = this.known(key)
      if (known !== undefined) return known
      const read = await this.#readOnce(kind, key, hash)
      // A look that began before a change of the tenant may have missed it.
      if (read === undefined || this.#isCurrent(read)) return read
    }
    throw coreErrors.create('OVERLOADED', {}, { retryAfterS: 1 })
  }

  /** Whoever asks for the same meanwhile waits for the same answer. */
  async #readOnce(
    kind: 'session' | 'token',
    key: string,
    hash: Buffer,
  ): Promise<Entry | undefined> {
    const asked = this.#loading.get(key) ?? this.#load(kind, key, hash)
    this.#loading.set(key, asked)
    try {
      return await asked
    } catch (error) {
      const entry = this.#entries.get(key)
      const isKept = entry !== undefined && this.#ports.monotonic() < entry.staleUntil
      if (isKept && this.#isCurrent(entry) && isDatabaseUnavailable(error)) return entry
      throw error
    } finally {
      if (this.#loading.get(key) === asked) this.#loading.delete(key)
    }
  }

  #isCurrent({ principal, revision }: Entry): boolean {
    return revision >= this.#ports.clock.of(principal.tenant)
  }

  async #load(kind: 'session' | 'token', key: string, hash: Buffer): Promise<Entry | undefined> {
    const { knex, monotonic } = this.#ports
    const askedAt = monotonic()
    // Before all else: what changes after this makes the entry stale, whatever of it was already seen.
    const revision = await readRevision(knex)
    const proof = await (kind === 'session' ? proveSession(knex, hash) : proveToken(knex, hash))
    if (proof === undefined) {
      this.#entries.delete(key)
      return undefined
    }
    const { tenant, user, isService, id, leftMs, scope, session } = proof
    const { grants, changesInMs = Number.POSITIVE_INFINITY } = await loadGrants(knex, tenant, user)
    const entry: Entry = {
      principal: { kind: 'user', tenant, user, isService, proof: id, grants, scope },
      csrf: session?.csrf,
      rotatesAt: session === undefined ? undefined : askedAt + session.rotatesInMs,
      revision,
      freshUntil: askedAt + Math.min(FRESH_MS, leftMs, changesInMs),
      staleUntil: askedAt + Math.min(STALE_MS, leftMs, changesInMs),
    }
    this.#keep(key, entry)
    return entry
  }

  #keep(key: string, entry: Entry): void {
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > MAX_ENTRIES && oldest !== undefined) this.#entries.delete(oldest)
  }
}
