import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import type { HostSigner } from '../sealing/host-signer.ts'
import type { TenantKeys } from '../sealing/tenant-keys.ts'
import { secretRoutes } from './secret-routes.ts'
import { SecretService } from './secret-service.ts'
import { SecretVault } from './secret-vault.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
  readonly secretKeys: TenantKeys
  readonly auditing: { readonly signer: HostSigner }
  /** What else is sealed by a key of the host. */
  readonly tokenKeys: { rewrap(trx: Knex.Transaction): Promise<number> }
}

/** What sets secrets, and what opens them for requests. */
export function openSecrets({ knex, routing, secretKeys: keys, auditing, tokenKeys }: Ports): {
  readonly vault: SecretVault
  readonly routes: (scope: FastifyInstance) => void
} {
  const generation = () => routing.snapshot.generation
  const secrets = new SecretService({
    knex,
    keys,
    signer: auditing.signer,
    tokenKeys,
    reach: (at) => routing.reach(at),
  })
  return {
    vault: new SecretVault({ knex, keys, generation }),
    routes: (scope) => secretRoutes(scope, { secrets }),
  }
}
