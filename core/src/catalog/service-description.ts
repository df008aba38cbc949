import type { Knex } from 'knex'
import { type Snapshot, serviceKey } from '../rollout/routing/snapshot.ts'
import type { CatalogService } from './catalog-store.ts'
import { shown } from './deprecation-service.ts'
import type { measuredLevels } from './levels/measured-levels.ts'
import { serviceLineage } from './lineage/service-lineage.ts'
import { offeredContract } from './offered-contract.ts'
import { listPlans } from './plan-store.ts'

interface Looked {
  readonly measured: Awaited<ReturnType<typeof measuredLevels>>
  /** Who looks; null: the operator. */
  readonly tenant: string | null
}

/** A major of a service as the catalog shows it: all that its contract says, and on which terms it is to be had. */
export async function describeService(
  knex: Knex,
  snapshot: Snapshot,
  service: CatalogService,
  { measured, tenant }: Looked,
) {
  const { id, major, plugin, ownerTenant } = service
  const offered = offeredContract(snapshot, service)
  const { $schema, id: _, operations = {}, ...said } = offered?.contract ?? {}
  const deprecation = snapshot.deprecations.get(serviceKey(id, major))
  return {
    ...said,
    major,
    plugin,
    version: offered?.installed.version ?? snapshot.stable.get(plugin ?? '') ?? null,
    ownerTenant,
    deprecation: deprecation === undefined ? null : shown(deprecation),
    measuredLevels: measured.of(major, offered?.contract.serviceLevels ?? {}),
    lineage: serviceLineage(snapshot, service, tenant),
    plans: await listPlans(knex, id, major),
    operations,
  }
}
