import { randomBytes } from 'node:crypto'
import type { InputFault } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import type { AccessChanges } from '../access/access-changes.ts'
import type { Asker } from '../asker.ts'
import { delegableActions } from '../authorise.ts'
import { hasTenant, hasUnit } from '../identity-store.ts'
import { lockTree } from '../organisation/unit-store.ts'
import { requireSeen } from '../seen.ts'
import { rotateSoon } from '../sessions/session-store.ts'
import { findUser } from '../users/user-store.ts'
import { isBuiltIn } from './built-in-roles.ts'
import { requireHandOut } from './require-hand-out.ts'
import {
  type Assignment,
  contentsOf,
  deleteAssignment,
  deleteRole,
  findAssignment,
  insertAssignment,
  isRoleUsed,
  lockRole,
  putRole,
  type Role,
} from './role-store.ts'

interface Ports {
  readonly changes: AccessChanges
  /** Permissions that the tenant's enabled plugins declare, by id. */
  readonly permissions: (tenant: string) => ReadonlySet<string>
}

/** Makes a tenant's own roles, and gives roles to users. */
export class RoleService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * Whoever has the role has its new content at once.
   * @throws CORE_ROLE_BUILT_IN, CORE_INPUT_INVALID for what nobody can give, CORE_HAND_OUT_REFUSED
   */
  async put(asker: Asker, role: Role): Promise<Role> {
    const { tenant, id, actions, permissions } = role
    if (isBuiltIn(id)) throw coreErrors.create('ROLE_BUILT_IN', { role: id })
    const detail = { actions, permissions }
    return this.#changes.commit(
      changeOf(asker, 'role.changed', tenant, id, detail),
      async (trx) => {
        await requireTenant(trx, tenant)
        const before = await lockRole(trx, tenant, id)
        requireSeen(asker.seen, before)
        this.#requireKnown(role, before)
        // Both: to take something from a role is to change what others have.
        requireHandOut(asker, [role, ...(before === undefined ? [] : [before])].map(overAll))
        await putRole(trx, role)
        return role
      },
    )
  }

  /** @throws CORE_ROLE_MISSING, CORE_ROLE_IN_USE, CORE_ROLE_BUILT_IN */
  async remove(asker: Asker, tenant: string, id: string): Promise<void> {
    if (isBuiltIn(id)) throw coreErrors.create('ROLE_BUILT_IN', { role: id })
    await this.#changes.commit(changeOf(asker, 'role.removed', tenant, id), async (trx) => {
      await lockTree(trx, tenant)
      requireSeen(asker.seen, await lockRole(trx, tenant, id))
      // First, so that whoever is giving it is waited for and seen: nothing else ties what is given to the role.
      if (!(await deleteRole(trx, tenant, id))) {
        throw coreErrors.create('ROLE_MISSING', { tenant, role: id })
      }
      if (await isRoleUsed(trx, tenant, id))
        throw coreErrors.create('ROLE_IN_USE', { tenant, role: id })
    })
  }

  /** @throws CORE_USER_MISSING, CORE_ROLE_MISSING, CORE_UNIT_MISSING, CORE_HAND_OUT_REFUSED */
  async assign(asker: Asker, wish: Omit<Assignment, 'id'>): Promise<Assignment> {
    const assignment = { ...wish, id: `asg_${randomBytes(8).toString('hex')}` }
    const { tenant, id, ...detail } = assignment
    return this.#changes.commit(
      changeOf(asker, 'role.assigned', tenant, id, detail),
      async (trx) => {
        const { user, role, unit } = assignment
        if ((await findUser(trx, tenant, user)) === undefined) {
          throw coreErrors.create('USER_MISSING', { tenant, user })
        }
        if (unit !== null && !(await hasUnit(trx, tenant, unit))) {
          throw coreErrors.create('UNIT_MISSING', { tenant, unit })
        }
        const content = (await contentsOf(trx, tenant, [role], unit)).get(role)
        if (content === undefined) throw coreErrors.create('ROLE_MISSING', { tenant, role })
        requireHandOut(asker, [content])
        await insertAssignment(trx, assignment)
        await rotateSoon(trx, tenant, [user])
        return assignment
      },
    )
  }

  /** @throws CORE_ASSIGNMENT_MISSING, CORE_HAND_OUT_REFUSED */
  async withdraw(asker: Asker, tenant: string, id: string): Promise<void> {
    await this.#changes.commit(changeOf(asker, 'role.withdrawn', tenant, id), async (trx) => {
      const found = await findAssignment(trx, tenant, id)
      if (found === undefined || !(await deleteAssignment(trx, tenant, id))) {
        throw coreErrors.create('ASSIGNMENT_MISSING', { tenant, assignment: id })
      }
      const contents = await contentsOf(trx, tenant, [found.role], found.unit)
      requireHandOut(asker, contents.values())
      await rotateSoon(trx, tenant, [found.user])
    })
  }

  get #changes(): AccessChanges {
    return this.#ports.changes
  }

  /** What a role already holds may stay, though its plugin is disabled for a while. */
  #requireKnown(role: Role, before: Role | undefined): void {
    const actions = new Set<string>(delegableActions())
    const declared = this.#ports.permissions(role.tenant)
    const faults: InputFault[] = [
      ...role.actions.flatMap((action, index) =>
        actions.has(action)
          ? []
          : [
              {
                pointer: `/actions/${index}`,
                detail: `${action} is no action that a role can hold`,
              },
            ],
      ),
      ...role.permissions.flatMap((permission, index) =>
        declared.has(permission) || before?.permissions.includes(permission) === true
          ? []
          : [
              {
                pointer: `/permissions/${index}`,
                detail: `no enabled plugin declares ${permission}`,
              },
            ],
      ),
    ]
    if (faults.length > 0) throw coreErrors.create('INPUT_INVALID', {}, { faults })
  }
}

const overAll = ({ id, actions, permissions }: Role) => ({
  role: id,
  actions,
  permissions,
  unit: null,
})

async function requireTenant(trx: Knex, tenant: string): Promise<void> {
  if (!(await hasTenant(trx, tenant))) throw coreErrors.create('TENANT_MISSING', { tenant })
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
