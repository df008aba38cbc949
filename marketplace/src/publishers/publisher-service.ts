import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import { holdScope, requireOwnScope } from '../mirror/bound-scope-store.ts'
import { giveScopePackages } from '../packages/package-store.ts'
import { REVISION_BYTES } from '../packages/revision.ts'
import type { AccountPorts, AuditEntry } from '../ports.ts'
import { relist } from '../search/listing-index.ts'
import { type Actor, actorNamed, OPERATOR } from './actor.ts'
import { issueLogin, issueToken, requireTokenRoom } from './issue-token.ts'
import { hashPassword, isPassword } from './password.ts'
import {
  findPasswordHash,
  findPublisherByToken,
  hasPublisher,
  insertPublisher,
  insertScope,
  listPublishers,
  listScopes,
  listTokens,
  lockPublisher,
  type Page,
  type Publisher,
  type PublisherToken,
  revokeToken,
} from './publisher-store.ts'
import { hashToken, isPublisherToken, type NewToken } from './token.ts'

/** Scopes of one publisher: far more than a company's brands and teams, and a list that stays short. */
export const MAX_SCOPES = 16

/** Packages that are listed under their new holder at once; what is beyond has another revision, by which the next run finds it. */
const MAX_RELISTED = 200

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
    const found = isPublisherToken(token)
      ? await findPublisherByToken(this.#ports.knex, hashToken(token), this.#at())
      : undefined
    if (found === undefined) throw marketplaceErrors.create('TOKEN_INVALID')
    return actorNamed(found.publisher, found.limits)
  }

  /** @throws `MKT_PUBLISHER_EXISTS`, `MKT_SCOPE_TAKEN`, `MKT_SCOPE_BOUND` */
  async create(given: NewPublisher, actor: Actor, traceId: string): Promise<CreatedPublisher> {
    const { name, password, scopes } = given
    const passwordHash = password === undefined ? null : await hashPassword(password)
    const at = this.#at()
    return this.#ports.knex.transaction(async (trx) => {
      if (!(await insertPublisher(trx, { name, passwordHash, createdAt: at }))) {
        throw marketplaceErrors.create('PUBLISHER_EXISTS', { publisher: name })
      }
      // In one order: two that make publishers wait for each other in no circle.
      for (const scope of scopes.toSorted()) {
        await this.#giveScope(trx, scope, name, at)
      }
      const entry: Entry = {
        actor: actor.name,
        action: 'publisher.created',
        subject: name,
        details: { scopes },
      }
      await this.#ports.audit?.({ ...entry, traceId }, trx)
      return { name, scopes, token: (await this.#issueToken(trx, name, actor.name, traceId)).text }
    })
  }

  /** The operator's password is the host's admin token. @throws `MKT_LOGIN_REFUSED` */
  async requirePassword(name: string, password: string): Promise<void> {
    const known =
      name === OPERATOR
        ? this.#ports.isOperatorToken(password)
        : await isPassword(await findPasswordHash(this.#ports.knex, name), password)
    if (!known) throw marketplaceErrors.create('LOGIN_REFUSED')
  }

  /** @throws `MKT_LOGIN_REFUSED` */
  async login(name: string, password: string, traceId: string): Promise<string> {
    await this.requirePassword(name, password)
    const issue = (trx: Knex.Transaction) =>
      issueLogin(trx, this.#ports, { publisher: name, traceId })
    return (await this.#ports.knex.transaction(issue)).text
  }

  /** @returns false when there was nothing to revoke: the host's admin token is not a login. */
  async logout(token: string, actor: Actor, traceId: string): Promise<boolean> {
    return this.#revoke({ hash: hashToken(token), publisher: actor.name }, actor, traceId)
  }

  list(page: Page): Promise<Publisher[]> {
    return listPublishers(this.#ports.knex, page)
  }

  /** @throws `MKT_PUBLISHER_NOT_FOUND` */
  async tokens(publisher: string, page: Page): Promise<PublisherToken[]> {
    await this.#requirePublisher(publisher)
    return listTokens(this.#ports.knex, publisher, page)
  }

  /** @throws `MKT_PUBLISHER_NOT_FOUND`, `MKT_TOKENS_FULL` */
  async createToken(publisher: string, actor: Actor, traceId: string): Promise<NewToken> {
    await this.#requirePublisher(publisher)
    return this.#ports.knex.transaction(async (trx) => {
      await requireTokenRoom(trx, publisher, this.#at())
      return this.#issueToken(trx, publisher, actor.name, traceId)
    })
  }

  /** @throws `MKT_PUBLISHER_TOKEN_NOT_FOUND` also when it was revoked before. */
  async revokeToken(publisher: string, id: string, actor: Actor, traceId: string): Promise<void> {
    const token = { hash: Buffer.from(id, 'hex'), publisher }
    if (await this.#revoke(token, actor, traceId)) return
    throw marketplaceErrors.create('PUBLISHER_TOKEN_NOT_FOUND', { publisher, token: id })
  }

  /** Changes nothing when the scope is theirs already. @throws `MKT_PUBLISHER_NOT_FOUND`, `MKT_SCOPE_TAKEN`, `MKT_SCOPE_BOUND`, `MKT_SCOPES_FULL` */
  async grantScope(publisher: string, scope: string, actor: Actor, traceId: string): Promise<void> {
    await this.#ports.knex.transaction(async (trx) => {
      if (!(await lockPublisher(trx, publisher))) throw notFound(publisher)
      const scopes = await listScopes(trx, publisher)
      if (scopes.includes(scope)) return
      if (scopes.length >= MAX_SCOPES) {
        throw marketplaceErrors.create('SCOPES_FULL', { publisher, limit: MAX_SCOPES })
      }
      await this.#giveScope(trx, scope, publisher, this.#at())
      const entry: Entry = {
        actor: actor.name,
        action: 'publisher-scope.granted',
        subject: publisher,
        details: { scope },
      }
      await this.#ports.audit?.({ ...entry, traceId }, trx)
    })
  }

  /** With what was published under it before. */
  async #giveScope(
    trx: Knex.Transaction,
    scope: string,
    publisher: string,
    at: Date,
  ): Promise<void> {
    await holdScope(trx, scope, 'alone')
    await requireOwnScope(trx, { scope })
    if (!(await insertScope(trx, { scope, publisher, grantedAt: at }))) {
      throw marketplaceErrors.create('SCOPE_TAKEN', { scope })
    }
    const random = this.#ports.randomBytes(REVISION_BYTES)
    const moved = await giveScopePackages(trx, { scope, owner: publisher, random, at })
    for (const name of moved.slice(0, MAX_RELISTED)) await relist(trx, name)
  }

  async #revoke(
    token: { hash: Buffer; publisher: string },
    actor: Actor,
    traceId: string,
  ): Promise<boolean> {
    return this.#ports.knex.transaction(async (trx) => {
      if (!(await revokeToken(trx, { ...token, at: this.#at() }))) return false
      const entry: Entry = {
        actor: actor.name,
        action: 'publisher-token.revoked',
        subject: token.publisher,
        details: { token: token.hash.toString('hex') },
      }
      await this.#ports.audit?.({ ...entry, traceId }, trx)
      return true
    })
  }

  async #requirePublisher(name: string): Promise<void> {
    if (!(await hasPublisher(this.#ports.knex, name))) throw notFound(name)
  }

  #issueToken(
    trx: Knex.Transaction,
    publisher: string,
    actor: string,
    traceId: string,
  ): Promise<NewToken> {
    return issueToken(trx, this.#ports, { publisher, actor, traceId })
  }

  #at(): Date {
    return new Date(this.#ports.now())
  }
}

function notFound(publisher: string): Error {
  return marketplaceErrors.create('PUBLISHER_NOT_FOUND', { publisher })
}
