import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import type { RoutingTable } from '../../rollout/routing-table.ts'
import type { TenantKeys } from '../../sealing/tenant-keys.ts'
import { openSecrets } from '../../secrets/open-secrets.ts'
import type { StopStack } from '../../stop-stack.ts'
import type { HostCall } from '../host-call.ts'
import { ConnectionPools } from './connection-pools.ts'
import { Fetcher } from './fetcher.ts'
import { Flights } from './flights.ts'
import { httpFetch } from './http-fetch.ts'
import type { AllowedPlace } from './operator-list.ts'
import { resolveLocal, resolvePublic } from './resolve-host.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
  readonly secretKeys: TenantKeys
  /** What the operator named beside the public network. */
  readonly places: readonly AllowedPlace[]
}

export interface Outbound {
  readonly httpFetch: HostCall
  readonly secretRoutes: (scope: FastifyInstance) => void
}

/** What leaves the host for a plugin: the host call `http.fetch`, and the secrets that go into its requests. */
export function openOutbound({ places, ...stored }: Ports, stops: StopStack): Outbound {
  const { vault, routes } = openSecrets(stored)
  const pools = new ConnectionPools({ now: () => performance.now() })
  stops.push(() => pools.stop())
  const fetcher = new Fetcher({ places, resolvePublic, resolveLocal, pools })
  const call = httpFetch({
    fetch: (request) => fetcher.fetch(request),
    secret: (name) => vault.value(name),
    flights: new Flights(),
    now: Date.now,
  })
  return { httpFetch: call, secretRoutes: routes }
}
