import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import type { RoutingTable } from '../rollout/routing-table.ts'
import type { HostKeys } from '../sealing/host-keys.ts'
import { secretKeys } from './secret-keys.ts'
import { secretRoutes } from './secret-routes.ts'
import { SecretService } from './secret-service.ts'
import { SecretVault } from './secret-vault.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
  readonly hostKeys: HostKeys
}

/** What sets secrets, and what opens them for requests. */
export function openSecrets({ knex, routing, hostKeys }: Ports): {
  readonly vault: SecretVault
  readonly routes: (scope: FastifyInstance) => void
} {
  const keys = secretKeys(knex, hostKeys, Date.now)
  const generation = () => routing.snapshot.generation
  const secrets = new SecretService({ knex, keys, reach: (at) => routing.reach(at) })
  return {
    vault: new SecretVault({ knex, keys, generation }),
    routes: (scope) => secretRoutes(scope, { secrets }),
  }
}
