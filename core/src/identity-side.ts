import type { FastifyBaseLogger } from 'fastify'
import type { Outbound } from './broker/http/open-outbound.ts'
import { FailedAuthentications } from './gateway/admission/failed-authentications.ts'
import type { State } from './host-state.ts'
import { Authenticator } from './identity/authenticate.ts'
import { openApps } from './identity/open-apps.ts'
import { openIdentity } from './identity/open-identity.ts'
import type { Settings } from './settings.ts'
import type { StopStack } from './stop-stack.ts'

interface Parts {
  readonly settings: Settings
  readonly adminToken: string
  readonly state: State
  readonly outbound: Pick<Outbound, 'hostFetch'>
  /** The marketplace knows its publishers by their tokens. */
  readonly publisherOf: (token: string) => Promise<string | undefined>
  readonly log: FastifyBaseLogger
}

/** Who may be behind a request: people, apps, the operator, publishers; and what tells them apart. */
export async function openIdentitySide(
  { settings, adminToken, state, outbound, publisherOf, log }: Parts,
  stops: StopStack,
) {
  const { publicUrl } = settings
  const issuer = issuerOf(settings)
  const identity = await openIdentity(
    { ...state, operatorToken: adminToken, publicUrl, fetch: outbound.hostFetch, log },
    stops,
  )
  const failures = new FailedAuthentications(() => performance.now())
  const apps = openApps({ ...state, issuer, failures, log }, stops)
  const authenticator = new Authenticator({
    knex: state.knex,
    operatorToken: adminToken,
    users: identity.proofs,
    operators: identity.operators,
    apps: apps.authenticator,
    snapshot: () => state.routing.snapshot,
    publisherOf,
  })
  return { identity, apps, authenticator, failures, issuer }
}

/** What tokens say who made them. Nodes that share a database share it, so behind several it is to be set. */
function issuerOf({ publicUrl, host, port }: Settings): string {
  return publicUrl ?? `http://${host}:${port}`
}
