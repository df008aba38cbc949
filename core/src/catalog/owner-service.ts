import { commitChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import { hasTenant } from '../identity/identity-store.ts'
import { serviceKey } from '../rollout/routing/snapshot.ts'
import { setOwner } from './catalog-store.ts'
import type { CatalogPorts } from './reached-change.ts'

/** Says whose admins decide on who may subscribe to a service. Calls are not routed by it. */
export class OwnerService {
  readonly #ports: Pick<CatalogPorts, 'knex'>

  constructor(ports: Pick<CatalogPorts, 'knex'>) {
    this.#ports = ports
  }

  /** @param ownerTenant null: the operator alone */
  async put(
    caller: Caller,
    ref: { readonly id: string; readonly major: number },
    ownerTenant: string | null,
  ): Promise<void> {
    const { id, major } = ref
    const subject = serviceKey(id, major)
    const detail = { ownerTenant }
    const change = { ...caller, action: 'service.owned', subject, tenant: ownerTenant, detail }
    await commitChange(this.#ports.knex, change, async (trx) => {
      if (ownerTenant !== null && !(await hasTenant(trx, ownerTenant))) {
        throw coreErrors.create('TENANT_MISSING', { tenant: ownerTenant })
      }
      if (!(await setOwner(trx, ref, ownerTenant))) {
        throw coreErrors.create('SERVICE_MISSING', { service: id, major })
      }
    })
  }
}
