import { randomBytes, scrypt } from 'node:crypto'
import type { Knex } from 'knex'
import { insertAuditEntries } from '../../audit/audit-store.ts'
import { commitChange } from '../../audit/change.ts'
import { coreErrors } from '../../errors.ts'
import { sameSecret } from '../../gateway/api-key.ts'
import type { Head } from '../access/user-proofs.ts'
import { hashToken } from '../identity-service.ts'
import { isOwnWish } from '../sessions/csrf.ts'
import { hashSecret, MAX_SESSIONS, makeSecret } from '../sessions/session.ts'
import type { SessionCookie } from '../sessions/session-cookie.ts'
import type { From, Started } from '../sessions/session-service.ts'
import { lockKeys } from '../sign-in/lock-out.ts'
import { guardedLook } from '../sign-in/lock-out-store.ts'
import {
  endOperatorSession,
  endOperatorSessions,
  endOperatorSessionsBeyond,
  insertOperatorSession,
  type ListedOperatorSession,
  listOperatorSessions,
  proveOperatorSession,
} from './operator-session-store.ts'

interface Ports {
  readonly knex: Knex
  readonly token: string
  readonly cookie: SessionCookie
  /** Where browsers reach the host; null: as `Host` says. */
  readonly publicUrl: string | null
}

const ACTOR = 'operator'

/**
 * The operator in a browser: the token is typed once, and what the browser keeps is a cookie that no script reads and
 * that ends. What ends is over at once and on every node: each request looks.
 */
export class OperatorSessions {
  readonly #ports: Ports
  readonly #hash: Buffer
  readonly #origin: string | undefined
  #mark: Promise<Buffer> | undefined

  constructor(ports: Ports) {
    this.#ports = ports
    this.#hash = hashToken(ports.token)
    this.#origin = ports.publicUrl === null ? undefined : new URL(ports.publicUrl).origin
  }

  /** @throws CORE_OPERATOR_TOKEN_REFUSED, CORE_SIGN_IN_BLOCKED */
  async signIn(token: string, from: From): Promise<Started> {
    const { knex } = this.#ports
    // Counted by place alone: no stranger keeps the operator from his own desk.
    const keys = lockKeys('operator token', from.address, true)
    const isRight = await guardedLook(knex, keys, async () =>
      sameSecret(hashToken(token), this.#hash),
    )
    if (isRight) return this.#begin(from)
    await this.#noteFailure(from)
    throw coreErrors.create('OPERATOR_TOKEN_REFUSED')
  }

  /** @throws CORE_CROSS_SITE_REFUSED where the wish to change something is not known to be the operator's own */
  async byCookie(head: Head): Promise<{ readonly id: string; readonly csrf: string } | undefined> {
    const { knex, cookie } = this.#ports
    const secret = cookie.read(head.headers.cookie as string | undefined)
    if (secret === undefined) return undefined
    const by = { hash: hashSecret(secret), mark: await this.#markOfToken() }
    const proven = await proveOperatorSession(knex, by)
    if (proven === undefined) return undefined
    const { method, headers } = head
    if (isOwnWish({ method, headers, origin: this.#origin }, proven.csrf)) return proven
    throw coreErrors.create('CROSS_SITE_REFUSED')
  }

  async list(): Promise<ListedOperatorSession[]> {
    return listOperatorSessions(this.#ports.knex, await this.#markOfToken(), MAX_SESSIONS)
  }

  /** @throws CORE_SESSION_MISSING */
  async end(session: string, traceId: string | null): Promise<void> {
    const mark = await this.#markOfToken()
    await this.#change({ action: 'session.ended', subject: session, traceId }, async (trx) => {
      if (await endOperatorSession(trx, mark, session)) return
      throw coreErrors.create('SESSION_MISSING', { session })
    })
  }

  /** @param keep the one that goes on, if any */
  async endOthers(keep: string | undefined, traceId: string | null): Promise<number> {
    const mark = await this.#markOfToken()
    const change = { action: 'session.others_ended', subject: ACTOR, traceId }
    return this.#change(change, (trx) => endOperatorSessions(trx, mark, keep))
  }

  async #begin({ address, agent, traceId }: From): Promise<Started> {
    const mark = await this.#markOfToken()
    const { text: secret, hash } = makeSecret()
    const session = `ses_${randomBytes(8).toString('hex')}`
    const csrf = randomBytes(32).toString('base64url')
    const detail = { methods: ['token'], address }
    const change = { action: 'session.started', subject: session, traceId, detail }
    await this.#change(change, async (trx) => {
      await endOperatorSessionsBeyond(trx, MAX_SESSIONS - 1)
      const row = { id: session, agent: agent.slice(0, 300), address }
      await insertOperatorSession(trx, row, { hash, mark, csrf })
    })
    return { session, secret, csrf }
  }

  #change<Result>(
    change: {
      readonly action: string
      readonly subject: string
      readonly traceId: string | null
      readonly detail?: Readonly<Record<string, unknown>>
    },
    work: (trx: Knex.Transaction) => Promise<Result>,
  ): Promise<Result> {
    return commitChange(this.#ports.knex, { ...change, actor: ACTOR, tenant: null }, work)
  }

  async #noteFailure({ address, traceId }: From): Promise<void> {
    await insertAuditEntries(this.#ports.knex, [
      {
        tenant: null,
        actor: 'anonymous',
        action: 'sign_in.failed',
        subject: ACTOR,
        outcome: 'CORE_OPERATOR_TOKEN_REFUSED',
        traceId,
        detail: { address },
      },
    ])
  }

  /** Computed once, where it is needed. A token may be one that somebody thought up: whoever reads the table guesses slowly. */
  #markOfToken(): Promise<Buffer> {
    this.#mark ??= new Promise((resolve, reject) => {
      scrypt(this.#ports.token, 'signalbox operator sessions', 32, (error, mark) => {
        if (error === null) resolve(mark)
        else reject(error)
      })
    })
    return this.#mark
  }
}
