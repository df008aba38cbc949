import type { InputFault } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import type { Sealer } from '../../sealing/sealer.ts'
import type { AccessChanges } from '../access/access-changes.ts'
import type { Asker } from '../asker.ts'
import { hasTenant } from '../identity-store.ts'
import { contentsOf, heldContents } from '../roles/role-store.ts'
import { rotateSoon } from '../sessions/session-store.ts'
import { passwordHashOf } from '../sign-in/password-store.ts'
import { policyOf, putPolicy, type SignInPolicy } from '../sign-in/policy-store.ts'
import { findUser } from '../users/user-store.ts'
import { deleteLinks, dropGroupRoles } from './arrival-store.ts'
import type { Connection, ConnectionWish } from './connection.ts'
import {
  deleteConnection,
  findConnection,
  listConnections,
  putConnection,
  type StoredConnection,
} from './connection-store.ts'

interface Ports {
  readonly changes: AccessChanges
  readonly sealer: Sealer
}

/** A tenant has one provider, and for a while two. */
const MAX_CONNECTIONS = 20

/** Which providers prove the people of a tenant, and whether there is another way in. */
export class ConnectionService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * Roles that its groups do not give any more are taken at once; those that they give come at the next sign-in.
   * @param clientSecret undefined: the one that is kept, of the same issuer and client
   * @throws CORE_SSO_SECRET_MISSING, CORE_INPUT_INVALID for roles that the tenant does not have
   */
  async put(
    asker: Asker,
    { tenant, id }: Pick<Connection, 'tenant' | 'id'>,
    wish: ConnectionWish,
    clientSecret: string | undefined,
  ): Promise<Connection> {
    const { changes, sealer } = this.#ports
    const { knex } = changes
    if (!(await hasTenant(knex, tenant))) throw coreErrors.create('TENANT_MISSING', { tenant })
    const before = await findConnection(knex, tenant, id)
    // A secret is for whom it was given to: an address that was changed does not get it.
    const isSame = before?.issuer === wish.issuer && before.clientId === wish.clientId
    if (clientSecret === undefined && !isSame) throw coreErrors.create('SSO_SECRET_MISSING')
    const secret =
      clientSecret === undefined
        ? (before as StoredConnection).secret
        : await sealer.seal(tenant, Buffer.from(clientSecret), boundTo(id, wish.issuer))
    const detail = { ...wish, isNew: before === undefined }
    return changes.commit(changeOf(asker, 'sso.changed', tenant, id, detail), async (trx) => {
      await lockDoors(trx, tenant)
      await requireRoles(trx, tenant, wish)
      const others = (await listConnections(trx, tenant)).filter((one) => one.id !== id)
      if (others.length >= MAX_CONNECTIONS) {
        const faults = [{ pointer: '', detail: `the tenant has ${MAX_CONNECTIONS} connections` }]
        throw coreErrors.create('INPUT_INVALID', {}, { faults })
      }
      await dropLost(trx, await findConnection(trx, tenant, id), wish)
      await putConnection(trx, { tenant, id, secret, ...wish })
      return requireConnection(trx, tenant, id)
    })
  }

  /** What its groups gave is taken; whom it proved is known by it no more. @throws CORE_SSO_CONNECTION_MISSING, CORE_SSO_CONNECTION_NEEDED */
  async remove(asker: Asker, tenant: string, id: string): Promise<void> {
    await this.#ports.changes.commit(changeOf(asker, 'sso.removed', tenant, id), async (trx) => {
      await lockDoors(trx, tenant)
      const found = await requireConnection(trx, tenant, id)
      await deleteConnection(trx, tenant, id)
      await rotateSoon(trx, tenant, await dropGroupRoles(trx, { tenant, connection: id }))
      const left = await listConnections(trx, tenant)
      if (!left.some(({ issuer }) => issuer === found.issuer)) {
        await deleteLinks(trx, tenant, found.issuer)
      }
      if (left.length === 0 && (await policyOf(trx, tenant)).ssoOnly) {
        throw coreErrors.create('SSO_CONNECTION_NEEDED', { tenant })
      }
    })
  }

  /** @throws CORE_SSO_BREAK_GLASS_INVALID, CORE_SSO_CONNECTION_NEEDED */
  async setPolicy(asker: Asker, tenant: string, policy: SignInPolicy): Promise<SignInPolicy> {
    const change = changeOf(asker, 'sign_in_policy.changed', tenant, tenant, { ...policy })
    return this.#ports.changes.commit(change, async (trx) => {
      if (!(await hasTenant(trx, tenant))) throw coreErrors.create('TENANT_MISSING', { tenant })
      await lockDoors(trx, tenant)
      if (policy.ssoOnly) {
        if ((await listConnections(trx, tenant)).length === 0) {
          throw coreErrors.create('SSO_CONNECTION_NEEDED', { tenant })
        }
        await requireBreakGlass(trx, tenant, policy.breakGlass)
      }
      await putPolicy(trx, tenant, policy)
      return policy
    })
  }

  async secretOf({ tenant, id, issuer, secret }: StoredConnection): Promise<string> {
    const opened = await this.#ports.sealer.open(tenant, secret, boundTo(id, issuer))
    return opened.toString()
  }
}

/** @throws CORE_SSO_CONNECTION_MISSING */
export async function requireConnection(
  knex: Knex,
  tenant: string,
  connection: string,
): Promise<Connection> {
  const found = await findConnection(knex, tenant, connection)
  if (found === undefined) throw coreErrors.create('SSO_CONNECTION_MISSING', { tenant, connection })
  const { secret: _, ...shown } = found
  return shown
}

const boundTo = (id: string, issuer: string) => ['sso', id, issuer] as const

/** One change at a time: the last connection does not go while the policy comes that needs it. */
async function lockDoors(trx: Knex, tenant: string): Promise<void> {
  await trx('tenants').where({ id: tenant }).forNoKeyUpdate().select('id')
}

/** Who never comes again would else keep it in his tokens: what no group gives any more, and all that another provider's gave. */
async function dropLost(
  trx: Knex,
  before: Connection | undefined,
  { issuer, groupRoles }: ConnectionWish,
): Promise<void> {
  if (before === undefined) return
  const { tenant, id: connection } = before
  const keep = before.issuer === issuer ? groupRoles.flatMap(({ roles }) => roles) : []
  await rotateSoon(trx, tenant, await dropGroupRoles(trx, { tenant, connection }, keep))
}

async function requireRoles(trx: Knex, tenant: string, { groupRoles }: ConnectionWish) {
  const named = groupRoles.flatMap(({ roles }) => roles)
  const known = await contentsOf(trx, tenant, named, null)
  const faults: InputFault[] = groupRoles.flatMap(({ roles }, group) =>
    roles.flatMap((role, index) =>
      known.has(role)
        ? []
        : [
            {
              pointer: `/groupRoles/${group}/roles/${index}`,
              detail: `the tenant has no role ${role}`,
            },
          ],
    ),
  )
  if (faults.length > 0) throw coreErrors.create('INPUT_INVALID', {}, { faults })
}

async function requireBreakGlass(trx: Knex, tenant: string, id: string | null): Promise<void> {
  const user = id === null ? undefined : await findUser(trx, tenant, id)
  const isFit =
    user?.kind === 'person' &&
    user.state === 'active' &&
    (await passwordHashOf(trx, { tenant, user: user.id })) !== undefined &&
    (await heldContents(trx, tenant, user.id)).some(
      ({ role, unit }) => role === 'admin' && unit === null,
    )
  if (!isFit) throw coreErrors.create('SSO_BREAK_GLASS_INVALID', { user: id ?? 'null' })
}

function changeOf(
  { actor, traceId }: Asker,
  action: string,
  tenant: string,
  subject: string,
  detail: Readonly<Record<string, unknown>> = {},
) {
  return { actor, traceId, action, subject, tenant, detail }
}
