import type { Knex } from 'knex'
import { contributionsCall, contributionsList } from '../contributions/contributions-calls.ts'
import type { PointSchemas } from '../contributions/point-schemas.ts'
import { identityUnits } from '../identity/identity-units.ts'
import { linksRevoke, linksShare } from '../links/links-calls.ts'
import { notifySend } from '../notify/notify-send.ts'
import type { Snapshot } from '../rollout/snapshot.ts'
import type { ResourceService } from '../trusted/resources/resource-service.ts'
import { resourcesGet } from '../trusted/resources/resources-call.ts'
import type { PluginDatabases } from './db/plugin-databases.ts'
import { dbQuery } from './db-query.ts'
import type { RunEntry } from './entry-call.ts'
import type { HostCall } from './host-call.ts'
import type { ServiceCaller } from './service-caller.ts'
import { servicesCall } from './services-call.ts'

export interface CapabilityPorts {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  readonly runEntry: RunEntry
  readonly points: PointSchemas
  readonly schemas: PluginDatabases
  readonly caller: () => ServiceCaller
  readonly publicUrl: string
  readonly resources: Pick<ResourceService, 'get'>
  readonly now: () => number
}

/** Every host call by name: all that a plugin can ever ask for. */
export function capabilities({
  schemas,
  caller,
  now,
  ...ports
}: CapabilityPorts): Readonly<Record<string, HostCall>> {
  const contributions = { ...ports, schemas: ports.points }
  return {
    'contributions.call': contributionsCall(contributions),
    'contributions.list': contributionsList(contributions),
    'links.revoke': linksRevoke({ ...ports, now }),
    'links.share': linksShare({ ...ports, now }),
    'notify.send': notifySend(ports),
    'identity.units': identityUnits(ports.knex),
    'db.query': dbQuery((query) => schemas.query(query), now),
    'resources.get': resourcesGet(ports.resources),
    'services.call': servicesCall(
      (call) => caller().call(call),
      (service, major, operation) => caller().isSafe(service, major, operation),
    ),
  }
}
