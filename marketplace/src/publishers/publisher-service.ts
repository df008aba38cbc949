import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import type { AccountPorts, AuditEntry } from '../ports.ts'
import { type Actor, actorNamed, OPERATOR } from './actor.ts'
import { hashPassword, isPassword } from './password.ts'
import {
  findPasswordHash,
  findPublisherByToken,
  insertPublisher,
  insertScope,
  insertToken,
  revokeToken,
} from './publisher-store.ts'
import { hashToken, isPublisherToken, newToken } from './token.ts'

/** A login of the operator ends by itself: it outlives neither a forgotten laptop nor an old admin token for long. */
const OPERATOR_LOGIN_MS = 30 * 24 * 60 * 60 * 1000

export interface NewPublisher {
  readonly name: string
  readonly password?: string
  readonly scopes: readonly string[]
}

export interface CreatedPublisher {
  readonly name: string
  readonly scopes: readonly string[]
  /** Shown once. */
  readonly token: string
}

type Entry = Omit<AuditEntry, 'traceId'>

/** Accounts and their tokens. Every change is one transaction with its audit entry. */
export class PublisherService {
  readonly #ports: AccountPorts

  constructor(ports: AccountPorts) {
    this.#ports = ports
  }

  /** @throws `MKT_TOKEN_REQUIRED` without a token, `MKT_TOKEN_INVALID` with one that is not valid now. */
  async identify(token: string | undefined): Promise<Actor> {
    if (token === undefined) throw marketplaceErrors.create('TOKEN_REQUIRED')
    if (this.#ports.isOperatorToken(token)) return actorNamed(OPERATOR)
    const publisher = isPublisherToken(token)
      ? await findPublisherByToken(this.#ports.knex, hashToken(token), this.#at())
      : undefined
    if (publisher === undefined) throw marketplaceErrors.create('TOKEN_INVALID')
    return actorNamed(publisher)
  }

  /** @throws `MKT_PUBLISHER_EXISTS`, `MKT_SCOPE_TAKEN` */
  async create(given: NewPublisher, actor: Actor, traceId: string): Promise<CreatedPublisher> {
    const { name, password, scopes } = given
    const passwordHash = password === undefined ? null : await hashPassword(password)
    const at = this.#at()
    return this.#ports.knex.transaction(async (trx) => {
      if (!(await insertPublisher(trx, { name, passwordHash, createdAt: at }))) {
        throw marketplaceErrors.create('PUBLISHER_EXISTS', { publisher: name })
      }
      for (const scope of scopes) {
        if (!(await insertScope(trx, { scope, publisher: name, grantedAt: at }))) {
          throw marketplaceErrors.create('SCOPE_TAKEN', { scope })
        }
      }
      const entry: Entry = {
        actor: actor.name,
        action: 'publisher.created',
        subject: name,
        details: { scopes },
      }
      await this.#ports.audit?.({ ...entry, traceId }, trx)
      return { name, scopes, token: await this.#issueToken(trx, name, actor.name, traceId) }
    })
  }

  /** The operator's password is the host's admin token. @throws `MKT_LOGIN_REFUSED` */
  async login(name: string, password: string, traceId: string): Promise<string> {
    const known =
      name === OPERATOR
        ? this.#ports.isOperatorToken(password)
        : await isPassword(await findPasswordHash(this.#ports.knex, name), password)
    if (!known) throw marketplaceErrors.create('LOGIN_REFUSED')
    return this.#ports.knex.transaction((trx) => this.#issueToken(trx, name, name, traceId))
  }

  /** @returns false when there was nothing to revoke: the host's admin token is not a login. */
  async logout(token: string, actor: Actor, traceId: string): Promise<boolean> {
    return this.#ports.knex.transaction(async (trx) => {
      const revocation = { hash: hashToken(token), publisher: actor.name, at: this.#at() }
      if (!(await revokeToken(trx, revocation))) return false
      const entry: Entry = {
        actor: actor.name,
        action: 'publisher-token.revoked',
        subject: actor.name,
        details: {},
      }
      await this.#ports.audit?.({ ...entry, traceId }, trx)
      return true
    })
  }

  async #issueToken(
    trx: Knex.Transaction,
    publisher: string,
    actor: string,
    traceId: string,
  ): Promise<string> {
    const token = newToken((count) => this.#ports.randomBytes(count))
    const createdAt = this.#at()
    const expiresAt =
      publisher === OPERATOR ? new Date(createdAt.getTime() + OPERATOR_LOGIN_MS) : null
    await insertToken(trx, { hash: token.hash, publisher, createdAt, expiresAt })
    const entry: Entry = {
      actor,
      action: 'publisher-token.issued',
      subject: publisher,
      details: { expiresAt: expiresAt?.toISOString() ?? null },
    }
    await this.#ports.audit?.({ ...entry, traceId }, trx)
    return token.text
  }

  #at(): Date {
    return new Date(this.#ports.now())
  }
}
