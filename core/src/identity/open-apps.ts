import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import type { CallRecord } from '../audit/call-audit.ts'
import { LastUses } from '../catalog/last-uses.ts'
import { openSubscriptions } from '../catalog/open-subscriptions.ts'
import type { FailedAuthentications } from '../gateway/admission/failed-authentications.ts'
import { type OpenOAuth, openOAuth } from '../oauth/open-oauth.ts'
import type { TokenKeyVault } from '../oauth/token-key-vault.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import type { StopStack } from '../stop-stack.ts'
import { AppAuthenticator } from './app-authenticator.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
  readonly tokenKeys: TokenKeyVault
  readonly audit: { add(record: CallRecord): void }
  readonly failures: Pick<FailedAuthentications, 'note'>
  /** URL of the host, without a slash at its end. */
  readonly issuer: string
  readonly log: { warn(fields: object, message: string): void }
}

export interface Apps {
  readonly authenticator: AppAuthenticator
  /** In a scope that is guarded. */
  routes(scope: FastifyInstance): Promise<void>
  start(): void
}

/** How apps come in: what they subscribe to, what they prove themselves by, and who they are at a call. */
export function openApps({ tokenKeys, ...ports }: Ports, stops: StopStack): Apps {
  const { routing } = ports
  const now = () => routing.now()
  const uses = new LastUses({ ...ports, now })
  const oauth: OpenOAuth = openOAuth({ ...ports, vault: tokenKeys, uses }, stops)
  const ensureTokenKey = () => oauth.keys.ensure()
  const subscriptions = openSubscriptions({ ...ports, ensureTokenKey }, stops)
  return {
    authenticator: new AppAuthenticator({ tokens: oauth.verifier, uses, now }),
    async routes(scope) {
      subscriptions.routes(scope)
      await oauth.routes(scope)
    },
    start() {
      uses.start()
      stops.push(() => uses.stop())
      subscriptions.start()
    },
  }
}
