import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import type { AccessChanges } from '../access/access-changes.ts'
import type { Asker } from '../asker.ts'
import { hasUnit } from '../identity-store.ts'
import { requireReach } from '../require-reach.ts'
import { requireHandOut } from '../roles/require-hand-out.ts'
import { contentsOf } from '../roles/role-store.ts'
import { requireSeen } from '../seen.ts'
import { rotateSoon } from '../sessions/session-store.ts'
import { findUser } from '../users/user-store.ts'
import {
  deleteHolder,
  deletePosition,
  findHolder,
  findPosition,
  type Holder,
  lockPosition,
  type Position,
  putHolder,
  putPosition,
  usersHolding,
} from './position-store.ts'
import { lockTree } from './unit-store.ts'

/** Makes positions and says who holds them, from when until when. */
export class PositionService {
  readonly #changes: AccessChanges

  constructor(changes: AccessChanges) {
    this.#changes = changes
  }

  /** @throws CORE_UNIT_MISSING, CORE_ROLE_MISSING, CORE_HAND_OUT_REFUSED */
  async put(asker: Asker, position: Position): Promise<Position> {
    const { tenant, id, unit, roles } = position
    const change = changeOf(asker, 'position.changed', tenant, id, { unit, roles })
    return this.#changes.commit(change, async (trx) => {
      if (!(await hasUnit(trx, tenant, unit)))
        throw coreErrors.create('UNIT_MISSING', { tenant, unit })
      await requireCarried(trx, asker, position)
      const before = await lockPosition(trx, tenant, id, 'forUpdate')
      requireSeen(asker.seen, before)
      if (before !== undefined) await requireCarried(trx, asker, before)
      await putPosition(trx, position)
      await rotateSoon(trx, tenant, await usersHolding(trx, tenant, [id]))
      return position
    })
  }

  /**
   * Only where nobody holds it now or later; who held it once is told by the audit from then on.
   * @throws CORE_POSITION_MISSING, CORE_POSITION_IN_USE, CORE_HAND_OUT_REFUSED
   */
  async remove(asker: Asker, tenant: string, id: string): Promise<void> {
    await this.#changes.commit(changeOf(asker, 'position.removed', tenant, id, {}), async (trx) => {
      await lockTree(trx, tenant)
      const found = await lockPosition(trx, tenant, id, 'forUpdate')
      await requireCarried(trx, asker, requireFound(found, tenant, id))
      requireSeen(asker.seen, found)
      const { length: holders } = await usersHolding(trx, tenant, [id])
      if (holders > 0) throw coreErrors.create('POSITION_IN_USE', { position: id, holders })
      await deletePosition(trx, tenant, id)
    })
  }

  /** @throws CORE_POSITION_MISSING, CORE_USER_MISSING, CORE_HAND_OUT_REFUSED */
  async hold(asker: Asker, wish: Omit<Holder, 'id'>): Promise<Holder> {
    const { tenant, position, user, validFrom, validTo } = wish
    const detail = { user, validFrom, validTo }
    return this.#changes.commit(
      changeOf(asker, 'position.held', tenant, position, detail),
      async (trx) => {
        const found = await lockPosition(trx, tenant, position, 'forKeyShare')
        await requireCarried(trx, asker, requireFound(found, tenant, position))
        if ((await findUser(trx, tenant, user)) === undefined) {
          throw coreErrors.create('USER_MISSING', { tenant, user })
        }
        const holder = await putHolder(trx, {
          ...wish,
          id: `hld_${randomBytes(8).toString('hex')}`,
        })
        await rotateSoon(trx, tenant, [user])
        return holder
      },
    )
  }

  /** @throws CORE_POSITION_MISSING, CORE_HOLDER_MISSING, CORE_HAND_OUT_REFUSED */
  async release(asker: Asker, tenant: string, position: string, id: string): Promise<void> {
    const detail = { holder: id }
    await this.#changes.commit(
      changeOf(asker, 'position.left', tenant, position, detail),
      async (trx) => {
        await requireCarried(trx, asker, await requirePosition(trx, tenant, position))
        const holder = await findHolder(trx, tenant, position, id)
        if (holder === undefined)
          throw coreErrors.create('HOLDER_MISSING', { position, holder: id })
        await deleteHolder(trx, tenant, id)
        await rotateSoon(trx, tenant, [holder.user])
      },
    )
  }
}

/** @throws CORE_POSITION_MISSING */
export async function requirePosition(knex: Knex, tenant: string, id: string): Promise<Position> {
  return requireFound(await findPosition(knex, tenant, id), tenant, id)
}

function requireFound(position: Position | undefined, tenant: string, id: string): Position {
  if (position === undefined) throw coreErrors.create('POSITION_MISSING', { tenant, position: id })
  return position
}

/** It stands where the asker may change positions, and what it carries is in his hands to give. */
async function requireCarried(
  trx: Knex,
  asker: Asker,
  { tenant, unit, roles }: Position,
): Promise<void> {
  requireReach(asker, 'position.write', { tenant, unit })
  const contents = await contentsOf(trx, tenant, roles, unit)
  for (const role of roles) {
    if (!contents.has(role)) throw coreErrors.create('ROLE_MISSING', { tenant, role })
  }
  requireHandOut(asker, contents.values())
}

function changeOf(
  { actor, traceId }: Asker,
  action: string,
  tenant: string,
  subject: string,
  detail: Readonly<Record<string, unknown>>,
) {
  return { actor, traceId, action, subject, tenant, detail }
}
