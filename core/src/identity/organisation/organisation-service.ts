import { randomBytes } from 'node:crypto'
import { coreErrors } from '../../errors.ts'
import type { AccessChanges } from '../access/access-changes.ts'
import type { Asker } from '../asker.ts'
import { hasTenant } from '../identity-store.ts'
import { builtInRoles } from '../roles/built-in-roles.ts'
import { rotateSoon } from '../sessions/session-store.ts'
import { type ImportFiles, type ImportPlan, planImport } from './import-plan.ts'
import {
  type Counts,
  loadKnown,
  writeHolders,
  writePositions,
  writeUnits,
  writeUsers,
} from './organisation-store.ts'
import { usersHolding } from './position-store.ts'
import { lockTree } from './unit-store.ts'

export interface Imported {
  readonly dryRun: boolean
  readonly units: Counts
  readonly users: Counts
  readonly positions: Counts
  readonly holders: Counts
}

/** Nobody reads more at once; the count of all is in the message. */
const MAX_FAULTS = 100

/** Undoes what a dry run wrote: how many rows differ is asked of the database itself. */
class DryRun extends Error {
  readonly imported: Imported

  constructor(imported: Imported) {
    super('a dry run')
    this.imported = imported
  }
}

/** Takes a company's units, people and positions from tables: all of it or nothing, and as often as it is sent. */
export class OrganisationService {
  readonly #changes: AccessChanges

  constructor(changes: AccessChanges) {
    this.#changes = changes
  }

  /** @throws CORE_IMPORT_INVALID with every line that is wrong, CORE_TENANT_MISSING */
  async import(
    { actor, traceId }: Asker,
    tenant: string,
    files: ImportFiles,
    dryRun: boolean,
  ): Promise<Imported> {
    const change = {
      actor,
      traceId,
      action: 'organisation.imported',
      subject: tenant,
      tenant,
      detail: { tables: Object.keys(files) },
    }
    try {
      return await this.#changes.commit(change, async (trx) => {
        if (!(await hasTenant(trx, tenant))) throw coreErrors.create('TENANT_MISSING', { tenant })
        await lockTree(trx, tenant)
        const known = await loadKnown(trx, tenant)
        const roles = new Set([...known.roles, ...builtInRoles])
        const plan = planImport(files, { ...known, roles })
        requireFaultless(plan)
        const holders = plan.holders.map((one) => ({
          ...one,
          id: `hld_${randomBytes(8).toString('hex')}`,
        }))
        const imported = {
          dryRun,
          units: await writeUnits(trx, tenant, plan.units),
          users: await writeUsers(trx, tenant, plan.users),
          positions: await writePositions(trx, tenant, plan.positions),
          holders: await writeHolders(trx, tenant, holders),
        }
        if (dryRun) throw new DryRun(imported)
        if (imported.positions.written + imported.holders.written > 0) {
          const named = [
            ...plan.positions.map(({ id }) => id),
            ...plan.holders.map(({ position }) => position),
          ]
          await rotateSoon(trx, tenant, await usersHolding(trx, tenant, [...new Set(named)]))
        }
        return imported
      })
    } catch (error) {
      if (error instanceof DryRun) return error.imported
      throw error
    }
  }
}

function requireFaultless({ faults }: ImportPlan): void {
  if (faults.length === 0) return
  throw coreErrors.create(
    'IMPORT_INVALID',
    { count: faults.length },
    { faults: faults.slice(0, MAX_FAULTS) },
  )
}
