import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import { isFromElsewhere, isOwnWish, type Sent } from '../sessions/csrf.ts'
import { hashSecret, makeSecret } from '../sessions/session.ts'
import type { SessionCookie } from '../sessions/session-cookie.ts'
import { offerNext } from '../sessions/session-store.ts'
import { hashApiToken, isApiToken } from '../tokens/api-token.ts'
import type { Access, AccessCache } from './access-cache.ts'

/** The head of a request. */
export interface Head {
  readonly method: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

export interface ProvenByCookie {
  readonly access: Access
  /** A `Set-Cookie` value: the session goes on under it. */
  readonly setCookie?: string | undefined
}

interface Ports {
  readonly knex: Knex
  readonly cache: AccessCache
  readonly cookie: SessionCookie
  /** Where browsers reach the host; null: as `Host` says. */
  readonly publicUrl: string | null
  readonly monotonic: () => number
}

/** After a next cookie was offered, or could not be. */
const OFFER_AGAIN_MS = 60_000

/** Tells which user is behind a token or a session's cookie, and changes the cookie from time to time. */
export class UserProofs {
  readonly #ports: Ports
  readonly #origin: string | undefined

  constructor(ports: Ports) {
    this.#ports = ports
    this.#origin = ports.publicUrl === null ? undefined : new URL(ports.publicUrl).origin
  }

  async byToken(text: string): Promise<Access | undefined> {
    if (!isApiToken(text)) return undefined
    return this.#ports.cache.of('token', hashApiToken(text))
  }

  /** @throws CORE_CROSS_SITE_REFUSED where the wish to change something is not known to be the user's own */
  async byCookie(head: Head): Promise<ProvenByCookie | undefined> {
    const { cookie, cache, monotonic } = this.#ports
    const secret = cookie.read(head.headers.cookie as string | undefined)
    if (secret === undefined) return undefined
    const hash = hashSecret(secret)
    const access = await cache.of('session', hash)
    if (access === undefined) return undefined
    if (!isOwnWish(this.#sent(head), access.csrf)) {
      throw coreErrors.create('CROSS_SITE_REFUSED')
    }
    if (access.rotatesAt === undefined || monotonic() < access.rotatesAt) return { access }
    return { access, setCookie: await this.#rotate(access, hash) }
  }

  /** Of what proves nobody yet: signing somebody in under a stranger's name is an attack, too. */
  requireOwnPage(head: Head): void {
    if (!isFromElsewhere(this.#sent(head))) return
    throw coreErrors.create('CROSS_SITE_REFUSED')
  }

  /** A request is more than its own properties: what is needed of it is asked for. */
  #sent({ method, headers }: Head): Sent {
    return { method, headers, origin: this.#origin }
  }

  /** Where it cannot be done now the session goes on as it is. */
  async #rotate(access: Access, hash: Buffer): Promise<string | undefined> {
    const { knex, cookie, monotonic } = this.#ports
    access.rotatesAt = monotonic() + OFFER_AGAIN_MS
    const next = makeSecret()
    const isOffered = await offerNext(knex, access.principal.proof, hash, next.hash).catch(
      () => false,
    )
    return isOffered ? cookie.write(next.text) : undefined
  }
}
