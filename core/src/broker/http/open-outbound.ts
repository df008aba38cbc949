import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import type { RoutingTable } from '../../rollout/routing/routing-table.ts'
import type { HostSigner } from '../../sealing/host-signer.ts'
import type { TenantKeys } from '../../sealing/tenant-keys.ts'
import { openSecrets } from '../../secrets/open-secrets.ts'
import { REVEAL, revealCall } from '../../secrets/reveal-call.ts'
import type { SecretName } from '../../secrets/secret-store.ts'
import type { StopStack } from '../../stop-stack.ts'
import type { HostCall } from '../host-call.ts'
import { ConnectionPools } from './connection-pools.ts'
import { Fetcher } from './fetcher.ts'
import { Flights } from './flights.ts'
import { type HostFetch, hostFetch } from './host-fetch.ts'
import { httpFetch } from './http-fetch.ts'
import { netAddresses } from './net-addresses.ts'
import type { AllowedPlace } from './operator-list.ts'
import { resolveLocal, resolvePublic } from './resolve-host.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
  readonly secretKeys: TenantKeys
  readonly auditing: { readonly signer: HostSigner }
  readonly tokenKeys: { rewrap(trx: Knex.Transaction): Promise<number> }
  /** What the operator named beside the public network. */
  readonly places: readonly AllowedPlace[]
}

export interface Outbound {
  readonly httpFetch: HostCall
  /** For the host's own parts. */
  readonly hostFetch: HostFetch
  /** What only a process with sockets of its own needs, by name. */
  readonly forTrusted: Readonly<Record<string, HostCall>>
  readonly secretRoutes: (scope: FastifyInstance) => void
}

/** What leaves the host for a plugin: the host call `http.fetch`, and the secrets that go into its requests. */
export function openOutbound({ places, ...stored }: Ports, stops: StopStack): Outbound {
  const { vault, routes } = openSecrets(stored)
  const pools = new ConnectionPools({ now: () => performance.now() })
  stops.push(() => pools.stop())
  const addresses = { places, resolvePublic, resolveLocal }
  const fetcher = new Fetcher({ ...addresses, pools })
  const secret = (name: SecretName) => vault.value(name)
  const call = httpFetch({
    fetch: (request) => fetcher.fetch(request),
    secret,
    flights: new Flights(),
    now: Date.now,
  })
  const forTrusted = {
    [REVEAL]: revealCall(secret),
    'net.addresses': netAddresses({ ...addresses, now: Date.now }),
  }
  return { httpFetch: call, hostFetch: hostFetch(fetcher), forTrusted, secretRoutes: routes }
}
