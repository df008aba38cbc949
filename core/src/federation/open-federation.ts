import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import type { HostFetch } from '../broker/http/host-fetch.ts'
import type { AllowedPlace } from '../broker/http/operator-list.ts'
import type { PackageSource } from '../registry/package-source.ts'
import type { Sealer } from '../sealing/sealer.ts'
import type { StopStack } from '../stop-stack.ts'
import type { DueWatch } from '../storage/due-watch.ts'
import type { ReleaseSource } from '../updates/outlook-reader.ts'
import { BundleImport } from './bundle-import.ts'
import { federatedReleases } from './federated-releases.ts'
import { federatedSource } from './federated-source.ts'
import { federationRoutes } from './federation-routes.ts'
import { FederationService } from './federation-service.ts'
import { dueLook } from './federation-store.ts'
import { MarketplaceLook } from './marketplace-look.ts'
import { MirrorAhead } from './mirror-ahead.ts'
import { MirrorService } from './mirror-service.ts'
import type { MirrorStore } from './mirror-store.ts'
import { UpstreamClient } from './upstream-client.ts'

interface Ports {
  readonly knex: Knex
  readonly sealer: Sealer
  readonly hostFetch: HostFetch
  /** What the operator named beside the public network. */
  readonly places: readonly AllowedPlace[]
  /** The host's own marketplace: what it keeps of others, and what is installed from it. */
  readonly store: MirrorStore
  readonly here: PackageSource
  readonly releases: ReleaseSource
  readonly due: Pick<DueWatch, 'when'>
  readonly log: { warn(fields: object, message: string): void }
}

export interface Federation {
  readonly source: PackageSource
  readonly releases: ReleaseSource
  /** In a scope that is guarded. */
  routes(scope: FastifyInstance): void
  start(): void
}

/** What this host takes from other marketplaces. */
export function openFederation(ports: Ports, stops: StopStack): Federation {
  const { knex, hostFetch, here, store, due } = ports
  const client = new UpstreamClient(hostFetch)
  const shared = { ...ports, client, now: Date.now }
  const federation = new FederationService(shared)
  const mirrors = new MirrorService({ ...shared, federation })
  const ahead = new MirrorAhead({ ...shared, mirrors })
  const wakes = due.when(dueLook)
  const looks = new MarketplaceLook({ ...shared, federation, mirrors, ahead, wakes })
  const imports = new BundleImport({ ...shared, federation, mirrors })
  return {
    source: federatedSource({ here, store, mirrors }),
    releases: federatedReleases(ports.releases, mirrors),
    routes: (scope) => federationRoutes(scope, { knex, federation, mirrors, looks, imports }),
    start() {
      stops.push(() => looks.stop())
      looks.start()
    },
  }
}
