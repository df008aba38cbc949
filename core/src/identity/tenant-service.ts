import type { Knex } from 'knex'
import { commitChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import { isTimeZone } from '../time-zone.ts'
import type { Asker } from './asker.ts'
import { requireSeen } from './seen.ts'
import { findTenant, lockTenant, type TenantSettings, updateTenant } from './tenant-store.ts'

export type TenantChange = Partial<Pick<TenantSettings, 'name' | 'timeZone'>>

/** What a tenant is called, and where it is at home. */
export class TenantService {
  readonly #knex: Knex

  constructor(knex: Knex) {
    this.#knex = knex
  }

  /** @throws CORE_TENANT_MISSING */
  async find(id: string): Promise<TenantSettings> {
    return requireFound(await findTenant(this.#knex, id), id)
  }

  /** @throws CORE_TIME_ZONE_UNKNOWN, CORE_TENANT_MISSING, CORE_CHANGED_MEANWHILE */
  async change(asker: Asker, id: string, change: TenantChange): Promise<TenantSettings> {
    const { timeZone } = change
    if (typeof timeZone === 'string' && !isTimeZone(timeZone)) {
      throw coreErrors.create('TIME_ZONE_UNKNOWN', { timeZone })
    }
    const { actor, traceId, seen } = asker
    const entry = { actor, traceId, action: 'tenant.changed', subject: id, tenant: id }
    return commitChange(this.#knex, { ...entry, detail: { ...change } }, async (trx) => {
      const found = requireFound(await lockTenant(trx, id), id)
      requireSeen(seen, found)
      const changed = { ...found, ...change }
      await updateTenant(trx, changed)
      return changed
    })
  }
}

function requireFound(tenant: TenantSettings | undefined, id: string): TenantSettings {
  if (tenant === undefined) throw coreErrors.create('TENANT_MISSING', { tenant: id })
  return tenant
}
