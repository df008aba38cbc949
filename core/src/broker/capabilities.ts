import type { Knex } from 'knex'
import type { AssetReader } from '../assets/asset-reader.ts'
import type { OpenBlobs } from '../blobs/open-blobs.ts'
import { contributionsCall, contributionsList } from '../contributions/contributions-calls.ts'
import type { PointSchemas } from '../contributions/point-schemas.ts'
import type { EventPublisher } from '../events/event-publisher.ts'
import { eventsPublish } from '../events/events-publish.ts'
import { identityUnits } from '../identity/identity-units.ts'
import type { JobService } from '../jobs/job-service.ts'
import { jobsCalls } from '../jobs/jobs-call.ts'
import { linksRevoke, linksShare } from '../links/links-calls.ts'
import { meterCall } from '../meter/meter-call.ts'
import type { MeterRecorder } from '../meter/meter-recorder.ts'
import { notifySend } from '../notify/notify-send.ts'
import type { DocumentRollouts } from '../rollout/documents/document-rollouts.ts'
import { rolloutsCalls } from '../rollout/documents/rollouts-calls.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import type { ResourceService } from '../trusted/resources/resource-service.ts'
import { resourcesGet } from '../trusted/resources/resources-call.ts'
import { assetsCall } from './assets-call.ts'
import { blobsCalls } from './blobs-calls.ts'
import type { PluginDatabases } from './db/plugin-databases.ts'
import { dbCalls } from './db-calls.ts'
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
  readonly files: OpenBlobs
  readonly assets: AssetReader
  readonly caller: () => ServiceCaller
  readonly publicUrl: string
  readonly events: () => EventPublisher
  readonly jobs: JobService
  readonly meter: MeterRecorder
  readonly resources: Pick<ResourceService, 'get'>
  readonly documents: DocumentRollouts
  readonly now: () => number
  readonly httpFetch: HostCall
  readonly forTrusted: Readonly<Record<string, HostCall>>
  readonly keys: Readonly<Record<string, HostCall>>
}

/** Every host call by name: all that a plugin can ever ask for. */
export function capabilities({
  schemas,
  files,
  assets,
  caller,
  events,
  jobs,
  meter,
  now,
  httpFetch,
  keys,
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
    ...dbCalls(schemas, events, now),
    'assets.read': assetsCall(assets),
    ...blobsCalls(files),
    'http.fetch': httpFetch,
    ...ports.forTrusted,
    'events.publish': eventsPublish(events),
    'resources.get': resourcesGet(ports.resources),
    'services.call': servicesCall(
      (call) => caller().call(call),
      (service, major, operation) => caller().isSafe(service, major, operation),
    ),
    ...jobsCalls(jobs),
    ...rolloutsCalls(ports.documents),
    meter: meterCall(meter),
    ...keys,
  }
}
