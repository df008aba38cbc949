import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import type { AccessChanges } from '../access/access-changes.ts'
import { makeSecret } from '../sessions/session.ts'
import { endSessions, replaceSecret } from '../sessions/session-store.ts'
import type { User } from '../users/user.ts'
import { nextUserState } from '../users/user-states.ts'
import { findUser, lockUser, setUserState } from '../users/user-store.ts'
import type { PasswordCheck } from './password-check.ts'
import type { PasswordHasher } from './password-hasher.ts'
import {
  MAX_LENGTH,
  MIN_LENGTH,
  normalisedPassword,
  type PasswordFault,
  passwordFault,
} from './password-policy.ts'
import { putPasswordHash } from './password-store.ts'
import type { Own } from './second-factor-service.ts'
import {
  dropTickets,
  findTicket,
  hashTicket,
  type TicketPurpose,
  takeTicket,
} from './ticket-store.ts'

interface Ports {
  readonly changes: AccessChanges
  readonly check: PasswordCheck
  readonly hasher: PasswordHasher
}

const faultTexts: Readonly<Record<PasswordFault, string>> = {
  'too-short': `has fewer than ${MIN_LENGTH} characters`,
  'too-long': `has more than ${MAX_LENGTH} characters`,
  common: 'is made of what everybody tries first: common words, your names, rows of keys',
}

/** Sets passwords: by whoever has a link, and by who knows the present one. */
export class PasswordService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** An invitation makes its user active. @throws CORE_TICKET_INVALID, CORE_PASSWORD_REFUSED */
  async accept(ticket: string, password: string, traceId: string | null): Promise<void> {
    await this.#byTicket(['invitation'], ticket, password, traceId, async (trx, user) => {
      const state = nextUserState(user.state, 'accept')
      if (state === undefined) throw coreErrors.create('TICKET_INVALID')
      await setUserState(trx, user, state)
    })
  }

  /** Ends all sessions; a second factor stays as it is. @throws CORE_TICKET_INVALID, CORE_PASSWORD_REFUSED */
  async reset(ticket: string, password: string, traceId: string | null): Promise<void> {
    await this.#byTicket(['reset', 'reset-link'], ticket, password, traceId, async (_trx, user) => {
      if (user.state !== 'active') throw coreErrors.create('TICKET_INVALID')
    })
  }

  /** @returns the secret that the session goes on under; all others end @throws CORE_PASSWORD_WRONG, CORE_PASSWORD_REFUSED */
  async change(
    own: Own & { readonly address: string },
    present: string,
    password: string,
  ): Promise<string> {
    const { changes, hasher } = this.#ports
    const { tenant, user: id, session } = own
    const user = await this.requirePresent(own, present)
    const hash = await hasher.hash(this.#fit(user, password))
    const next = makeSecret()
    await changes.commit(changeOf(user, 'password.changed', own.traceId), async (trx) => {
      await putPasswordHash(trx, { tenant, user: id }, hash)
      await dropTickets(trx, tenant, id)
      await endSessions(trx, { tenant, user: id, keep: session })
      await replaceSecret(trx, session, next.hash)
    })
    return next.text
  }

  /** Before anything that a session left open must not be enough for. @throws CORE_PASSWORD_WRONG, CORE_SIGN_IN_BLOCKED */
  async requirePresent(
    { tenant, user: id, address }: Own & { readonly address: string },
    present: string,
  ): Promise<User> {
    const { changes, check } = this.#ports
    const user = await findUser(changes.knex, tenant, id)
    if (user === undefined) throw coreErrors.create('PASSWORD_WRONG')
    const claim = { tenant, login: user.login, user: id, address }
    if (!(await check.isRight(claim, present))) throw coreErrors.create('PASSWORD_WRONG')
    return user
  }

  async #byTicket(
    purposes: readonly TicketPurpose[],
    ticket: string,
    password: string,
    traceId: string | null,
    also: (trx: Knex, user: User) => Promise<void>,
  ): Promise<void> {
    const { changes, hasher } = this.#ports
    const hashed = hashTicket(ticket)
    // Looked at first: a password that is refused does not use the link up, and nobody hashes without one.
    const known = await findTicket(changes.knex, hashed, purposes)
    const found = known && (await findUser(changes.knex, known.tenant, known.user))
    if (found === undefined) throw coreErrors.create('TICKET_INVALID')
    const hash = await hasher.hash(this.#fit(found, password))
    const { tenant, id } = found
    const action = purposes.includes('invitation') ? 'invitation.accepted' : 'password.reset'
    await changes.commit(changeOf(found, action, traceId), async (trx) => {
      const user = await lockUser(trx, tenant, id)
      const taken = await takeTicket(trx, hashed, purposes)
      if (user === undefined || taken === undefined) throw coreErrors.create('TICKET_INVALID')
      await also(trx, user)
      await putPasswordHash(trx, { tenant, user: id }, hash)
      await dropTickets(trx, tenant, id)
      await endSessions(trx, { tenant, user: id })
    })
  }

  /** @throws CORE_PASSWORD_REFUSED */
  #fit({ tenant, login, email, displayName }: User, typed: string): string {
    const password = normalisedPassword(typed)
    const fault = passwordFault(password, [tenant, login, email ?? '', displayName])
    if (fault === undefined) return password
    const faults = [{ pointer: '/password', detail: faultTexts[fault] }]
    throw coreErrors.create('PASSWORD_REFUSED', {}, { faults })
  }
}

function changeOf({ tenant, id }: User, action: string, traceId: string | null) {
  return { actor: `user:${tenant}/${id}`, traceId, action, subject: id, tenant }
}
