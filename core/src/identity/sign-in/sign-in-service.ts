import { insertAuditEntries } from '../../audit/audit-store.ts'
import { coreErrors } from '../../errors.ts'
import type { AccessChanges } from '../access/access-changes.ts'
import { hasTenant } from '../identity-store.ts'
import type { From, SessionService, Started } from '../sessions/session-service.ts'
import type { SsoSession } from '../sessions/sso-session-store.ts'
import { foldedLogin, type User } from '../users/user.ts'
import { findUser, findUserByLogin } from '../users/user-store.ts'
import type { PasswordCheck } from './password-check.ts'
import { mayComeByOwn, policyOf } from './policy-store.ts'
import type { SecondFactorService } from './second-factor-service.ts'
import { findTicket, hashTicket, insertTicket, makeTicket, takeTicket } from './ticket-store.ts'

export interface Credentials {
  readonly tenant: string
  readonly login: string
  readonly password: string
}

/** In, or one step before it. */
export type SignedIn =
  | { readonly kind: 'in'; readonly user: User; readonly started: Started }
  | { readonly kind: 'code'; readonly ticket: string; readonly expiresAt: string }

interface Ports {
  readonly changes: AccessChanges
  readonly check: PasswordCheck
  readonly secondFactor: SecondFactorService
  readonly sessions: SessionService
}

/**
 * Signing in with what the host itself keeps. Another method proves a user in its own way and then calls `passed`, or
 * `SessionService.begin` where it is two factors in one, as a passkey is.
 */
export class SignInService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** One answer, after one and the same time, whatever of it is wrong. @throws CORE_SIGN_IN_REFUSED, CORE_SIGN_IN_BLOCKED */
  async byPassword({ tenant, password, ...typed }: Credentials, from: From): Promise<SignedIn> {
    const { changes, check } = this.#ports
    const login = foldedLogin(typed.login)
    const found = await findUserByLogin(changes.knex, tenant, login)
    const user = found?.kind === 'person' && found.state === 'active' ? found : undefined
    const claim = { tenant, login, user: user?.id, address: from.address }
    const isRight = await check.isRight(claim, password)
    const policy = await policyOf(changes.knex, tenant)
    if (user !== undefined && isRight && mayComeByOwn(policy, user.id)) {
      return this.passed(user, ['pwd'], from)
    }
    // Where only the provider is asked, a right password is answered as a wrong one.
    const code = policy.ssoOnly ? 'SSO_ONLY' : 'SIGN_IN_REFUSED'
    await this.#noteFailure(tenant, found?.id, `CORE_${code}`, from)
    throw coreErrors.create(code)
  }

  /** A user whom one factor has proven: who has set up a second one is asked for it. */
  async passed(
    user: User,
    methods: readonly string[],
    from: From,
    sso: SsoSession | null = null,
  ): Promise<SignedIn> {
    const { changes, secondFactor, sessions } = this.#ports
    const { tenant, id } = user
    if (!(await secondFactor.isInForce({ tenant, user: id }))) {
      return { kind: 'in', user, started: await sessions.begin(user, methods, from, sso) }
    }
    const { text, hash } = makeTicket()
    const ticket = { tenant, user: id, purpose: 'second-factor', methods, sso } as const
    return { kind: 'code', ticket: text, expiresAt: await insertTicket(changes.knex, ticket, hash) }
  }

  /** @throws CORE_TICKET_INVALID, CORE_CODE_REFUSED, CORE_SIGN_IN_BLOCKED */
  async byCode(ticket: string, code: string, from: From): Promise<SignedIn> {
    const { changes, check, secondFactor, sessions } = this.#ports
    const hash = hashTicket(ticket)
    const known = await findTicket(changes.knex, hash, ['second-factor'])
    const user = known && (await findUser(changes.knex, known.tenant, known.user))
    if (known === undefined || user === undefined) throw coreErrors.create('TICKET_INVALID')
    const owner = { tenant: known.tenant, user: known.user }
    const claim = { ...owner, login: user.login, address: from.address }
    let method: string | undefined
    const isRight = await check.guarded(claim, 'code', async () => {
      method = await secondFactor.take(owner, code)
      return method !== undefined
    })
    if (!isRight || method === undefined) {
      await this.#noteFailure(owner.tenant, owner.user, 'CORE_CODE_REFUSED', from)
      throw coreErrors.create('CODE_REFUSED')
    }
    if ((await takeTicket(changes.knex, hash, ['second-factor'])) === undefined) {
      throw coreErrors.create('TICKET_INVALID')
    }
    const methods = [...known.methods, method, 'mfa']
    const started = await sessions.begin(user, methods, from, known.sso)
    return { kind: 'in', user, started }
  }

  /** Never what was typed: it may be a password in the wrong field. */
  async #noteFailure(
    tenant: string,
    user: string | undefined,
    outcome: string,
    { address, traceId }: From,
  ): Promise<void> {
    const { knex } = this.#ports.changes
    await insertAuditEntries(knex, [
      {
        tenant: (await hasTenant(knex, tenant)) ? tenant : null,
        actor: 'anonymous',
        action: 'sign_in.failed',
        subject: user ?? 'unknown',
        outcome,
        traceId,
        detail: { address },
      },
    ])
  }
}
