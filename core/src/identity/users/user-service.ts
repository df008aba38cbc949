import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import type { AccessChanges } from '../access/access-changes.ts'
import type { Asker } from '../asker.ts'
import { hasTenant, hasUnit } from '../identity-store.ts'
import { deletePasskeys } from '../passkeys/passkey-store.ts'
import { requireReach } from '../require-reach.ts'
import { requireHandOut } from '../roles/require-hand-out.ts'
import { contentsOf, heldContents, insertAssignment } from '../roles/role-store.ts'
import { requireSeen } from '../seen.ts'
import { endSessions } from '../sessions/session-store.ts'
import { deleteTotp } from '../sign-in/password-store.ts'
import {
  dropTickets,
  insertTicket,
  makeTicket,
  type TicketPurpose,
} from '../sign-in/ticket-store.ts'
import { deleteLinksOf } from '../sso/arrival-store.ts'
import { foldedLogin, makeUserId, type User, type UserChange } from './user.ts'
import { nextUserState, type UserCommand } from './user-states.ts'
import { findUser, insertUser, lockUser, setUserState, updateUser } from './user-store.ts'

export interface UserWish extends Omit<User, 'id' | 'state'> {
  /** Given over the whole tenant at once. */
  readonly roles: readonly string[]
}

/** Shown this once: whoever has it sets the user's password. */
export interface ShownTicket {
  readonly ticket: string
  /** The host's own page for it. */
  readonly path: string
  readonly expiresAt: string
}

/** Makes and changes users and service accounts. Nobody changes an account that may do more than he. */
export class UserService {
  readonly #changes: AccessChanges

  constructor(changes: AccessChanges) {
    this.#changes = changes
  }

  /** @returns for a person with an invitation @throws CORE_USER_EXISTS, CORE_UNIT_MISSING, CORE_ROLE_MISSING */
  async create(
    asker: Asker,
    { roles, ...wish }: UserWish,
  ): Promise<User & { readonly invitation?: ShownTicket }> {
    const user: User = {
      ...wish,
      id: makeUserId(),
      login: foldedLogin(wish.login),
      state: wish.kind === 'service' ? 'active' : 'invited',
    }
    const { tenant, id, login, kind } = user
    const detail = { login, kind, roles }
    return this.#changes.commit(changeOf(asker, 'user.created', user, detail), async (trx) => {
      if (!(await hasTenant(trx, tenant))) throw coreErrors.create('TENANT_MISSING', { tenant })
      await requireUnit(trx, tenant, user.unit)
      if (!(await insertUser(trx, user))) throw coreErrors.create('USER_EXISTS', { tenant, login })
      await giveRoles(trx, asker, user, roles)
      if (kind === 'service') return user
      return { ...user, invitation: await openTicket(trx, tenant, id, 'invitation') }
    })
  }

  async change(asker: Asker, tenant: string, id: string, change: UserChange): Promise<User> {
    const subject = { tenant, id }
    const detail = { fields: Object.keys(change) }
    return this.#changes.commit(changeOf(asker, 'user.changed', subject, detail), async (trx) => {
      const user = await this.#lockOver(trx, asker, subject)
      requireSeen(asker.seen, user)
      await requireUnit(trx, tenant, change.unit ?? null)
      // A link that was sent to the address before is not for whoever has the new one.
      if (change.email !== undefined && change.email !== user.email)
        await dropTickets(trx, tenant, id)
      await updateUser(trx, subject, change)
      return { ...user, ...change }
    })
  }

  /** Whoever does not stay active is out at once, everywhere. @throws CORE_USER_COMMAND_REFUSED */
  async command(asker: Asker, tenant: string, id: string, command: UserCommand): Promise<User> {
    const subject = { tenant, id }
    return this.#changes.commit(changeOf(asker, `user.${command}`, subject), async (trx) => {
      const user = await this.#lockOver(trx, asker, subject)
      const state = nextUserState(user.state, command)
      if (state === undefined) {
        throw coreErrors.create('USER_COMMAND_REFUSED', { user: id, state: user.state, command })
      }
      await setUserState(trx, subject, state)
      await endSessions(trx, { tenant, user: id })
      await dropTickets(trx, tenant, id)
      return { ...user, state }
    })
  }

  /** An invitation for who has not come yet, a link to reset the password for who has. */
  async link(asker: Asker, tenant: string, id: string): Promise<ShownTicket> {
    const subject = { tenant, id }
    return this.#changes.commit(changeOf(asker, 'user.link_made', subject), async (trx) => {
      const user = await this.#lockOver(trx, asker, subject)
      if (user.kind === 'service' || user.state === 'left' || user.state === 'suspended') {
        throw coreErrors.create('USER_COMMAND_REFUSED', {
          user: id,
          state: user.state,
          command: 'link',
        })
      }
      return openTicket(trx, tenant, id, user.state === 'invited' ? 'invitation' : 'reset-link')
    })
  }

  async endSessions(asker: Asker, tenant: string, id: string): Promise<number> {
    const subject = { tenant, id }
    return this.#changes.commit(changeOf(asker, 'user.sessions_ended', subject), async (trx) => {
      await this.#lockOver(trx, asker, subject)
      return endSessions(trx, { tenant, user: id })
    })
  }

  /** For who has lost telephone and recovery codes. @throws CORE_SECOND_FACTOR_MISSING */
  async removeSecondFactor(asker: Asker, tenant: string, id: string): Promise<void> {
    const subject = { tenant, id }
    await this.#changes.commit(
      changeOf(asker, 'user.second_factor_removed', subject),
      async (trx) => {
        await this.#lockOver(trx, asker, subject)
        if (!(await deleteTotp(trx, { tenant, user: id })))
          throw coreErrors.create('SECOND_FACTOR_MISSING')
        await endSessions(trx, { tenant, user: id })
      },
    )
  }

  /** For who has lost the device that they are on. @returns how many */
  async removePasskeys(asker: Asker, tenant: string, id: string): Promise<number> {
    const subject = { tenant, id }
    return this.#changes.commit(changeOf(asker, 'user.passkeys_removed', subject), async (trx) => {
      await this.#lockOver(trx, asker, subject)
      await endSessions(trx, { tenant, user: id })
      return deletePasskeys(trx, { tenant, user: id })
    })
  }

  /** For whom the provider knows by another subject now. @returns how many it was */
  async unlink(asker: Asker, tenant: string, id: string): Promise<number> {
    const subject = { tenant, id }
    return this.#changes.commit(changeOf(asker, 'user.unlinked', subject), async (trx) => {
      await this.#lockOver(trx, asker, subject)
      await endSessions(trx, { tenant, user: id })
      return deleteLinksOf(trx, tenant, id)
    })
  }

  /** The user, where the asker may do all that the account may: else to change it would be a way to become it. */
  async #lockOver(
    trx: Knex,
    asker: Asker,
    { tenant, id }: { readonly tenant: string; readonly id: string },
  ): Promise<User> {
    const user = await lockUser(trx, tenant, id)
    if (user === undefined) throw coreErrors.create('USER_MISSING', { tenant, user: id })
    requireReach(asker, 'user.write', { tenant, unit: user.unit })
    requireHandOut(asker, await heldContents(trx, tenant, id))
    return user
  }
}

/** @throws CORE_USER_MISSING */
export async function requireUser(knex: Knex, tenant: string, id: string): Promise<User> {
  const user = await findUser(knex, tenant, id)
  if (user === undefined) throw coreErrors.create('USER_MISSING', { tenant, user: id })
  return user
}

async function giveRoles(trx: Knex, asker: Asker, user: User, roles: readonly string[]) {
  const { tenant, id } = user
  const contents = await contentsOf(trx, tenant, roles, null)
  for (const role of roles) {
    if (!contents.has(role)) throw coreErrors.create('ROLE_MISSING', { tenant, role })
    const assignment = `asg_${randomBytes(8).toString('hex')}`
    const validity = { unit: null, validFrom: null, validTo: null }
    await insertAssignment(trx, { tenant, id: assignment, user: id, role, ...validity })
  }
  requireHandOut(asker, contents.values())
}

async function requireUnit(trx: Knex, tenant: string, unit: string | null): Promise<void> {
  if (unit !== null && !(await hasUnit(trx, tenant, unit))) {
    throw coreErrors.create('UNIT_MISSING', { tenant, unit })
  }
}

async function openTicket(
  trx: Knex,
  tenant: string,
  user: string,
  purpose: TicketPurpose,
): Promise<ShownTicket> {
  const { text, hash } = makeTicket()
  const expiresAt = await insertTicket(trx, { tenant, user, purpose, methods: [] }, hash)
  const path = `/sign-in#${purpose === 'invitation' ? purpose : 'reset'}=${text}`
  return { ticket: text, path, expiresAt }
}

function changeOf(
  { actor, traceId }: Asker,
  action: string,
  { tenant, id }: Pick<User, 'tenant' | 'id'>,
  detail: Readonly<Record<string, unknown>> = {},
) {
  return { actor, traceId, action, subject: id, tenant, detail }
}
