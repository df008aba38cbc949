import type { Knex } from 'knex'
import type { Change } from '../../audit/change.ts'
import { coreErrors } from '../../errors.ts'
import type { AccessChanges } from '../access/access-changes.ts'
import { contentsOf } from '../roles/role-store.ts'
import { rotateSoon } from '../sessions/session-store.ts'
import { makeUserId, type User } from '../users/user.ts'
import { nextUserState } from '../users/user-states.ts'
import { findUser, insertUser, lockUser, setUserState } from '../users/user-store.ts'
import { type Arrival, isDomainAllowed, loginFor, rolesOf } from './arrival.ts'
import {
  groupRolesHeld,
  type Identity,
  insertLink,
  linkedUser,
  putGroupRoles,
  touchLink,
  usersByEmail,
} from './arrival-store.ts'
import type { Connection } from './connection.ts'
import { isUnchanged } from './connection-store.ts'

/**
 * Why somebody who is proven does not come in, for the audit: his address is of no domain that is let in, or not verified;
 * nobody is known by this account; the provider says no login; somebody else has the login; more than one have the
 * address; the account is not active.
 */
type Reason = 'domain' | 'unknown' | 'nameless' | 'taken' | 'ambiguous' | 'inactive'

/** Whom of the tenant a provider has proven: by its subject, for good; the first time by what the tenant allows. */
export class ArrivalService {
  readonly #changes: AccessChanges

  constructor(changes: AccessChanges) {
    this.#changes = changes
  }

  /** With the roles of his groups. @throws CORE_SSO_ACCOUNT_REFUSED, CORE_SSO_FLOW_INVALID where the connection is another meanwhile */
  async admit(connection: Connection, arrival: Arrival, traceId: string | null): Promise<User> {
    const { tenant } = connection
    if (!isDomainAllowed(connection, arrival)) throw refused('domain')
    const { knex } = this.#changes
    const identity = { tenant, issuer: arrival.issuer, subject: arrival.subject }
    const known = await linkedUser(knex, identity)
    const id = known ?? (await this.#firstTime(connection, arrival, identity, traceId))
    const user = await findUser(knex, tenant, id)
    if (user?.kind !== 'person' || user.state !== 'active') throw refused('inactive')
    await this.#followGroups(connection, arrival, user, traceId)
    await touchLink(knex, identity)
    return user
  }

  async #firstTime(
    connection: Connection,
    arrival: Arrival,
    identity: Identity,
    traceId: string | null,
  ): Promise<string> {
    const { tenant } = connection
    const { email, isEmailVerified } = arrival
    const isFound = connection.linksByEmail && isEmailVerified && email !== undefined
    const found = isFound ? await usersByEmail(this.#changes.knex, tenant, email) : []
    if (found.length > 1) throw refused('ambiguous')
    const [user] = found
    if (user !== undefined) return this.#link(connection, identity, user, traceId)
    if (!connection.createsUsers) throw refused('unknown')
    return this.#create(connection, arrival, identity, traceId)
  }

  /** Whoever was invited has come. */
  async #link(
    connection: Connection,
    identity: Identity,
    id: string,
    traceId: string | null,
  ): Promise<string> {
    const { tenant } = connection
    const change = changeOf(connection, 'sso.user_linked', id, identity, traceId)
    return this.#commit(connection, change, async (trx) => {
      const user = await lockUser(trx, tenant, id)
      if (user === undefined) throw refused('unknown')
      const accepted = nextUserState(user.state, 'accept')
      if (accepted !== undefined) await setUserState(trx, user, accepted)
      else if (user.state !== 'active') throw refused('inactive')
      if (await insertLink(trx, identity, id)) return id
      if ((await linkedUser(trx, identity)) === id) return id
      // He is somebody else there: one address was given to two, one after the other.
      throw refused('taken')
    })
  }

  async #create(
    connection: Connection,
    arrival: Arrival,
    identity: Identity,
    traceId: string | null,
  ): Promise<string> {
    const { tenant } = connection
    const login = loginFor(arrival)
    if (login === undefined) throw refused('nameless')
    const user: User = {
      tenant,
      id: makeUserId(),
      kind: 'person',
      login,
      email: arrival.isEmailVerified ? (arrival.email ?? null) : null,
      displayName: arrival.displayName ?? login,
      locale: 'en',
      unit: null,
      state: 'active',
    }
    const change = changeOf(connection, 'sso.user_created', user.id, identity, traceId)
    return this.#commit(connection, change, async (trx) => {
      if (await insertUser(trx, user)) {
        if (await insertLink(trx, identity, user.id)) return user.id
        throw refused('taken')
      }
      // Two tabs at once, of which the other was first; a login alone never makes anybody somebody.
      const other = await linkedUser(trx, identity)
      if (other === undefined) throw refused('taken')
      return other
    })
  }

  /** What the groups give now, no more and no less. What an admin gave by hand stays. */
  async #followGroups(
    connection: Connection,
    { groups }: Arrival,
    { tenant, id: user }: User,
    traceId: string | null,
  ): Promise<void> {
    const { knex } = this.#changes
    const followed = { tenant, connection: connection.id, user }
    const roles = await existing(knex, tenant, rolesOf(connection, groups))
    const held = await groupRolesHeld(knex, followed)
    if (roles.join(' ') === held.join(' ')) return
    const change = {
      ...{ actor: `sso:${tenant}/${connection.id}`, action: 'sso.roles_followed' },
      ...{ subject: user, tenant, traceId, detail: { roles, before: held } },
    }
    await this.#commit(connection, change, async (trx) => {
      await lockUser(trx, tenant, user)
      // Once more: one that was removed since is none to give.
      await putGroupRoles(trx, followed, await existing(trx, tenant, roles))
      await rotateSoon(trx, tenant, [user])
    })
  }

  /** A connection that was removed while its provider was asked gives nothing that would outlive it. */
  #commit<Result>(
    connection: Connection,
    change: Change & { readonly tenant: string },
    work: (trx: Knex.Transaction) => Promise<Result>,
  ): Promise<Result> {
    return this.#changes.commit(change, async (trx) => {
      if (!(await isUnchanged(trx, connection))) throw coreErrors.create('SSO_FLOW_INVALID')
      return work(trx)
    })
  }
}

async function existing(knex: Knex, tenant: string, roles: readonly string[]) {
  const known = await contentsOf(knex, tenant, roles, null)
  return roles.filter((role) => known.has(role))
}

function refused(reason: Reason): Error {
  return coreErrors.create('SSO_ACCOUNT_REFUSED', { reason })
}

function changeOf(
  { tenant, id }: Connection,
  action: string,
  subject: string,
  { issuer, subject: sub }: Identity,
  traceId: string | null,
) {
  const detail = { issuer, sub }
  return { actor: `sso:${tenant}/${id}`, action, subject, tenant, traceId, detail }
}
