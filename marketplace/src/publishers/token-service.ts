import { marketplaceErrors } from '../errors.ts'
import type { AccountPorts } from '../ports.ts'
import type { Actor } from './actor.ts'
import { issueToken, requireTokenRoom } from './issue-token.ts'
import { hashPassword } from './password.ts'
import type { PublisherService } from './publisher-service.ts'
import {
  findPublisher,
  listTokens,
  type PublisherToken,
  type ShownPublisher,
  setPasswordHash,
} from './publisher-store.ts'
import { requireWhole } from './require-whole.ts'
import { hashToken, isPublisherToken, type NewToken } from './token.ts'
import type { TokenLimits } from './token-limits.ts'
import { limitsOf, type TokenWish } from './token-wish.ts'

const MANAGED = 'tokens are managed with a token that has no limits'

const DAY_MS = 24 * 60 * 60 * 1000

export interface IssuedToken extends NewToken {
  readonly name: string | null
  readonly limits: TokenLimits
  readonly createdAt: Date
  readonly expiresAt: Date | null
}

/** What publishers do with their own tokens and account: `npm token` and `npm profile`. */
export class TokenService {
  readonly #ports: AccountPorts
  readonly #publishers: PublisherService

  constructor(ports: AccountPorts, publishers: PublisherService) {
    this.#ports = ports
    this.#publishers = publishers
  }

  /**
   * A stolen token makes no further ones: the password is asked again, and a narrowed token is not enough.
   * @throws `MKT_TOKEN_NARROWED`, `MKT_LOGIN_REFUSED`, `MKT_INPUT_INVALID`, `MKT_TOKENS_FULL`
   */
  async create(wish: TokenWish, actor: Actor, traceId: string): Promise<IssuedToken> {
    requireWhole(actor, MANAGED)
    const limits = limitsOf(wish)
    await this.#publishers.requirePassword(actor.name, wish.password)
    const name = wish.name || wish.description || null
    const createdAt = new Date(this.#ports.now())
    const { expires } = wish
    return this.#ports.knex.transaction(async (trx) => {
      await requireTokenRoom(trx, actor.name, createdAt)
      const token = await issueToken(trx, this.#ports, {
        publisher: actor.name,
        actor: actor.name,
        traceId,
        name: name ?? undefined,
        limits,
        expiresAt: expires ? new Date(createdAt.getTime() + expires * DAY_MS) : undefined,
      })
      return { ...token, name, limits, createdAt, expiresAt: token.expiresAt }
    })
  }

  list(actor: Actor, page: { limit: number; cursor?: string }): Promise<PublisherToken[]> {
    return listTokens(this.#ports.knex, actor.name, page)
  }

  /** @param given its id, or the token itself: npm sends what was typed. @throws `MKT_PUBLISHER_TOKEN_NOT_FOUND` */
  async revoke(given: string, actor: Actor, traceId: string): Promise<void> {
    requireWhole(actor, MANAGED)
    const id = isPublisherToken(given) ? hashToken(given).toString('hex') : given
    await this.#publishers.revokeToken(actor.name, id, actor, traceId)
  }

  /**
   * Tokens that are in force stay so: who thinks that one was stolen revokes it.
   * @throws `MKT_TOKEN_NARROWED`, `MKT_LOGIN_REFUSED`, `MKT_PROFILE_FIXED`
   */
  async setPassword(
    given: { readonly old: string; readonly new: string },
    actor: Actor,
    traceId: string,
  ): Promise<void> {
    requireWhole(actor, 'the password is changed with a token that has no limits')
    if (actor.kind === 'operator') throw profileFixed(actor, 'password')
    await this.#publishers.requirePassword(actor.name, given.old)
    const hash = await hashPassword(given.new)
    await this.#ports.knex.transaction(async (trx) => {
      await setPasswordHash(trx, actor.name, hash)
      const entry = { actor: actor.name, subject: actor.name, traceId, details: {} }
      await this.#ports.audit?.({ ...entry, action: 'publisher-password.changed' }, trx)
    })
  }

  async profile(actor: Actor): Promise<ShownPublisher | undefined> {
    return findPublisher(this.#ports.knex, actor.name)
  }
}

export function profileFixed({ name: publisher }: Actor, field: string): Error {
  return marketplaceErrors.create('PROFILE_FIXED', { publisher, field })
}
