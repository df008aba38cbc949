import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { commitRoutedChange } from '../../audit/change.ts'
import { coreErrors } from '../../errors.ts'
import type { Caller } from '../../identity/identity-service.ts'
import {
  type GrantRow,
  insertGrant,
  listGrants,
  revokeGrant,
} from '../../registry/binding-store.ts'
import { lockInstalled } from '../../registry/serving-installation.ts'
import { isNarrower } from './narrower.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: { reach(generation: number): Promise<void> }
}

interface Named {
  readonly tenant: string
  readonly plugin: string
  readonly grant: string
}

/**
 * Puts a narrower grant in the place of one. It answers the same wish of the manifest, so it keeps its hash: the
 * plugin stays enabled, and the next version with the same wish runs on the narrower grant.
 * @throws CORE_GRANT_UNKNOWN, CORE_GRANT_NOT_NARROWER
 */
export async function narrowGrant(
  { knex, routing }: Ports,
  caller: Caller,
  { tenant, plugin, grant }: Named,
  parameters: Readonly<Record<string, unknown>>,
): Promise<Omit<GrantRow, 'grantedAt'>> {
  const detail = { grant, parameters }
  const change = { ...caller, action: 'grant.narrowed', subject: plugin, tenant, detail }
  const { result, generation } = await commitRoutedChange(knex, change, async (trx) => {
    await lockInstalled(trx, plugin)
    const held = (await listGrants(trx, tenant, plugin)).find(({ id }) => id === grant)
    if (held === undefined) throw coreErrors.create('GRANT_UNKNOWN', { tenant, plugin, grant })
    const { capability, hash } = held
    if (!isNarrower(capability, held.parameters, parameters)) {
      throw coreErrors.create('GRANT_NOT_NARROWER', { grant, capability })
    }
    await revokeGrant(trx, tenant, plugin, grant)
    const id = `grt_${randomBytes(8).toString('hex')}`
    const narrower = { id, capability, parameters, hash, approver: caller.actor }
    await insertGrant(trx, tenant, plugin, narrower)
    return narrower
  })
  await routing.reach(generation)
  return result
}
