import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import type { AccessChanges } from '../access/access-changes.ts'
import type { Asker } from '../asker.ts'
import { hasTenant, insertUnit, type Unit } from '../identity-store.ts'
import { requireHandOut } from '../roles/require-hand-out.ts'
import { contentsOver } from '../roles/role-store.ts'
import { requireSeen } from '../seen.ts'
import {
  contentsOfUnit,
  deleteUnit,
  findUnit,
  loadParents,
  lockTree,
  lockUnit,
  updateUnit,
} from './unit-store.ts'
import { MAX_DEPTH, moveFault, type Parents, pathOf } from './unit-tree.ts'

/** Makes, moves and removes units. Where one stands says whose roles reach it, so a move is a change of what people may do. */
export class UnitService {
  readonly #changes: AccessChanges

  constructor(changes: AccessChanges) {
    this.#changes = changes
  }

  /** @throws CORE_TENANT_MISSING, CORE_UNIT_EXISTS, CORE_UNIT_MISSING of the parent, CORE_UNIT_TOO_DEEP */
  async create(asker: Asker, unit: Unit): Promise<Unit> {
    const { tenant, id } = unit
    return this.#changes.commit(changeOf(asker, 'unit.created', unit), async (trx) => {
      if (!(await hasTenant(trx, tenant))) throw coreErrors.create('TENANT_MISSING', { tenant })
      await lockTree(trx, tenant)
      const parents = await loadParents(trx, tenant)
      if (parents.has(id)) throw coreErrors.create('UNIT_EXISTS', { tenant, unit: id })
      requirePlace(parents, unit)
      await insertUnit(trx, unit)
      return unit
    })
  }

  /**
   * Renames it, or moves it with all below it.
   * @throws CORE_UNIT_MISSING, CORE_UNIT_CYCLE, CORE_UNIT_TOO_DEEP, CORE_CHANGED_MEANWHILE, CORE_HAND_OUT_REFUSED
   */
  async change(
    asker: Asker,
    { tenant, id }: Pick<Unit, 'tenant' | 'id'>,
    change: Partial<Pick<Unit, 'name' | 'parent'>>,
  ): Promise<Unit> {
    const subject = { tenant, id, ...change }
    return this.#changes.commit(changeOf(asker, 'unit.changed', subject), async (trx) => {
      await lockTree(trx, tenant)
      const found = await findUnit(trx, tenant, id)
      if (found === undefined) throw coreErrors.create('UNIT_MISSING', { tenant, unit: id })
      requireSeen(asker.seen, found)
      const unit = { ...found, ...change }
      if (change.parent !== undefined) await requireMove(trx, asker, found, unit)
      await updateUnit(trx, unit)
      return unit
    })
  }

  /** Only of an empty one: nobody loses his place, or what he may do, by the way. @throws CORE_UNIT_MISSING, CORE_UNIT_IN_USE */
  async remove(asker: Asker, { tenant, id }: Pick<Unit, 'tenant' | 'id'>): Promise<void> {
    await this.#changes.commit(changeOf(asker, 'unit.removed', { tenant, id }), async (trx) => {
      await lockTree(trx, tenant)
      const found = await lockUnit(trx, tenant, id)
      if (found === undefined) throw coreErrors.create('UNIT_MISSING', { tenant, unit: id })
      requireSeen(asker.seen, found)
      const contents = await contentsOfUnit(trx, tenant, id)
      if (Object.values(contents).some((count) => count > 0)) {
        throw coreErrors.create('UNIT_IN_USE', { unit: id, ...contents })
      }
      await deleteUnit(trx, tenant, id)
    })
  }
}

/** Whoever has a role over the units above has it over the unit, too: a move gives it, and nobody gives more than he has. */
async function requireMove(
  trx: Knex,
  asker: Asker,
  { parent: before }: Unit,
  unit: Unit,
): Promise<void> {
  const { tenant, id, parent } = unit
  const parents = await loadParents(trx, tenant)
  requirePlace(parents, unit)
  const pathTo = (top: string | null) => (top === null ? [] : pathOf(parents, top))
  const known = new Set(pathTo(before))
  const above = pathTo(parent).filter((one) => !known.has(one))
  requireHandOut(asker, await contentsOver(trx, tenant, above, id))
}

function requirePlace(parents: Parents, { tenant, id, parent }: Unit): void {
  if (parent !== null && !parents.has(parent)) {
    throw coreErrors.create('UNIT_MISSING', { tenant, unit: parent })
  }
  const fault = moveFault(parents, id, parent)
  if (fault === 'cycle') throw coreErrors.create('UNIT_CYCLE', { unit: id, parent: parent ?? '' })
  if (fault === 'too-deep') throw coreErrors.create('UNIT_TOO_DEEP', { limit: MAX_DEPTH })
}

function changeOf(
  { actor, traceId }: Asker,
  action: string,
  { tenant, id, ...detail }: Partial<Unit> & Pick<Unit, 'tenant' | 'id'>,
) {
  return { actor, traceId, action, subject: id, tenant, detail }
}
