import { randomBytes } from 'node:crypto'
import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import type { CallRecord } from '../audit/call-audit.ts'
import type { FailedAuthentications } from '../gateway/admission/failed-authentications.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import type { StopStack } from '../stop-stack.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'
import { oauthRoutes } from './oauth-routes.ts'
import { tokenKeyRoutes } from './token-key-routes.ts'
import { TokenKeyService } from './token-key-service.ts'
import type { TokenKeyVault } from './token-key-vault.ts'
import { TokenService } from './token-service.ts'
import { TokenVerifier } from './token-verifier.ts'

/** A key is a month old at its rotation: a minute more is nothing. */
const TEND_MS = 60_000

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
  readonly issuer: string
  readonly vault: TokenKeyVault
  readonly uses: { used(credential: string): void }
  readonly audit: { add(record: CallRecord): void }
  readonly failures: Pick<FailedAuthentications, 'note'>
  readonly log: { warn(fields: object, message: string): void }
}

export interface OpenOAuth {
  readonly verifier: TokenVerifier
  readonly keys: TokenKeyService
  /** In a scope that is guarded. */
  routes(scope: FastifyInstance): Promise<void>
}

export function openOAuth(ports: Ports, stops: StopStack): OpenOAuth {
  const { routing, log, issuer } = ports
  const now = () => routing.now()
  const verifier = new TokenVerifier({ snapshot: () => routing.snapshot, issuer, now })
  const keys = new TokenKeyService({ ...ports, now })
  const tokens = new TokenService({
    ...ports,
    verifier,
    now,
    limiter: new RateLimiter(() => performance.now()),
    randomId: () => randomBytes(16).toString('base64url'),
  })
  const tending = new RepeatedRun(async () => {
    await keys.tend().catch((err: unknown) => {
      log.warn({ err }, 'the keys that sign tokens could not be looked after')
    })
  }, TEND_MS)
  tending.start()
  stops.push(() => tending.stop())
  return {
    verifier,
    keys,
    async routes(scope) {
      tokenKeyRoutes(scope, { keys })
      await scope.register(async (inner) => oauthRoutes(inner, { ...ports, tokens, now }))
    },
  }
}
