import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import type { Sealer } from '../sealing/sealer.ts'
import type { StopStack } from '../stop-stack.ts'
import type { DueWatch } from '../storage/due-watch.ts'
import { AccessCache } from './access/access-cache.ts'
import { AccessChanges } from './access/access-changes.ts'
import { AccessClock } from './access/access-clock.ts'
import { UserProofs } from './access/user-proofs.ts'
import { appRoutes } from './app-routes.ts'
import { AppService } from './app-service.ts'
import { identityRoutes } from './identity-routes.ts'
import { IdentityService } from './identity-service.ts'
import { meRoutes } from './me-routes.ts'
import { operatorRoutes } from './operator/operator-routes.ts'
import { OperatorSessions } from './operator/operator-sessions.ts'
import { organisationRoutes } from './organisation/organisation-routes.ts'
import { OrganisationService } from './organisation/organisation-service.ts'
import { positionRoutes } from './organisation/position-routes.ts'
import { PositionService } from './organisation/position-service.ts'
import { unitRoutes } from './organisation/unit-routes.ts'
import { UnitService } from './organisation/unit-service.ts'
import { PasskeyCheck } from './passkeys/passkey-check.ts'
import { passkeyRoutes } from './passkeys/passkey-routes.ts'
import { PasskeyService } from './passkeys/passkey-service.ts'
import { permissionsOf } from './permissions.ts'
import { roleRoutes } from './roles/role-routes.ts'
import { RoleService } from './roles/role-service.ts'
import { SessionCookie } from './sessions/session-cookie.ts'
import { sessionRoutes } from './sessions/session-routes.ts'
import { SessionService } from './sessions/session-service.ts'
import { FLOW_S } from './sign-in/flow-store.ts'
import { IdentitySweep } from './sign-in/identity-sweep.ts'
import { PasswordCheck } from './sign-in/password-check.ts'
import { PasswordHasher } from './sign-in/password-hasher.ts'
import { PasswordService } from './sign-in/password-service.ts'
import { ResetService } from './sign-in/reset-service.ts'
import { SecondFactorService } from './sign-in/second-factor-service.ts'
import type { SendTicket } from './sign-in/send-ticket.ts'
import { type HostPages, signInPage } from './sign-in/sign-in-page.ts'
import { signInRoutes } from './sign-in/sign-in-routes.ts'
import { SignInService } from './sign-in/sign-in-service.ts'
import { ArrivalService } from './sso/arrival-service.ts'
import { connectionRoutes } from './sso/connection-routes.ts'
import { ConnectionService } from './sso/connection-service.ts'
import { LogoutService } from './sso/logout-service.ts'
import { type ProviderFetch, Providers } from './sso/providers.ts'
import { ssoRoutes } from './sso/sso-routes.ts'
import { SsoService } from './sso/sso-service.ts'
import { tenantRoutes } from './tenant-routes.ts'
import { TenantService } from './tenant-service.ts'
import { tokenRoutes } from './tokens/token-routes.ts'
import { TokenService } from './tokens/token-service.ts'
import { userRoutes } from './users/user-routes.ts'
import { UserService } from './users/user-service.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
  readonly due: DueWatch
  readonly sealer: Sealer
  readonly operatorToken: string
  readonly publicUrl: string | null
  /** Asks identity providers, guarded. */
  readonly fetch: ProviderFetch
  readonly log: FastifyBaseLogger
}

export interface OpenIdentity {
  /** Who is behind a token or a cookie. */
  readonly proofs: UserProofs
  /** Whether it is the operator who is behind a cookie. */
  readonly operators: OperatorSessions
  /** For whoever proves users in another way. */
  readonly sessions: SessionService
  readonly signIns: SignInService
  /** In a scope that is guarded. @param pages where whoever has signed in may go on */
  routes(scope: FastifyInstance, send: SendTicket, pages: HostPages): Promise<void>
}

/** People and service accounts of tenants: what they may do, how they come in, and that what ends is over everywhere. */
export async function openIdentity(ports: Ports, stops: StopStack): Promise<OpenIdentity> {
  const { knex, routing, due, operatorToken, publicUrl, log } = ports
  const monotonic = () => performance.now()
  const clock = new AccessClock({ knex, hints: routing.hints, due, log })
  await clock.start()
  stops.push(() => clock.stop())
  const sweep = new IdentitySweep({ knex, log })
  sweep.start()
  stops.push(() => sweep.stop())
  const cookie = new SessionCookie(publicUrl)
  const operatorCookie = new SessionCookie(publicUrl, { mark: 'op.' })
  const operators = new OperatorSessions({
    ...{ knex, publicUrl },
    ...{ token: operatorToken, cookie: operatorCookie },
  })
  const cache = new AccessCache({ knex, clock, monotonic })
  const proofs = new UserProofs({ knex, cache, cookie, publicUrl, monotonic })
  const changes = new AccessChanges(knex, clock)
  const proving = openProving({ ...ports, changes })
  const { sessions, signIns } = proving
  return {
    proofs,
    operators,
    sessions,
    signIns,
    async routes(scope, send, pages) {
      const resets = new ResetService({ changes, send, log })
      stops.push(() => resets.stop())
      signInPage(scope, pages)
      await scope.register(async (inner) => {
        signInRoutes(inner, { ...proving, resets, proofs, cookie })
        operatorRoutes(inner, { operators, cookie: operatorCookie })
      })
      await scope.register(async (inner) => {
        passkeyRoutes(inner, { knex, ...proving, proofs, cookie })
      })
      await scope.register(async (inner) => {
        const flowCookie = new SessionCookie(publicUrl, { name: 'signalbox-sso', maxAgeS: FLOW_S })
        ssoRoutes(inner, { knex, ...proving, proofs, cookie, flowCookie })
      })
      await scope.register(async (inner) => {
        meRoutes(inner, { knex, ...proving, operators, cookie })
        sessionRoutes(inner, { knex, sessions, operators, cookie })
        tokenRoutes(inner, { knex, tokens: new TokenService(changes, Date.now) })
      })
      connectionRoutes(scope, { knex, ...proving })
      administration(scope, ports, changes)
    },
  }
}

function openProving({
  knex,
  sealer,
  changes,
  publicUrl,
  fetch,
}: Ports & { readonly changes: AccessChanges }) {
  const hasher = new PasswordHasher()
  const check = new PasswordCheck({ knex, hasher })
  const secondFactor = new SecondFactorService({ changes, sealer, now: Date.now })
  const sessions = new SessionService(changes)
  const signIns = new SignInService({ changes, check, secondFactor, sessions })
  const passwords = new PasswordService({ changes, check, hasher })
  const passkeyCheck = new PasskeyCheck({ knex, publicUrl })
  const passkeys = new PasskeyService({ changes, check: passkeyCheck, sessions, publicUrl })
  const providers = new Providers({ fetch, monotonic: () => performance.now() })
  const connections = new ConnectionService({ changes, sealer })
  const arrivals = new ArrivalService(changes)
  const signing = { signIns, sessions, publicUrl }
  const sso = new SsoService({ knex, providers, connections, arrivals, ...signing })
  const logouts = new LogoutService({ changes, providers, publicUrl })
  const byProvider = { providers, connections, sso, logouts }
  return { secondFactor, sessions, signIns, passwords, passkeys, ...byProvider }
}

function administration(
  scope: FastifyInstance,
  { knex, routing }: Ports,
  changes: AccessChanges,
): void {
  appRoutes(scope, { apps: new AppService(knex) })
  tenantRoutes(scope, { tenants: new TenantService(knex) })
  identityRoutes(scope, { knex, identity: new IdentityService(knex) })
  unitRoutes(scope, { knex, units: new UnitService(changes) })
  userRoutes(scope, { knex, users: new UserService(changes) })
  positionRoutes(scope, { knex, positions: new PositionService(changes) })
  organisationRoutes(scope, { knex, organisation: new OrganisationService(changes) })
  const permissions = (tenant: string) =>
    new Set(permissionsOf(routing.snapshot, tenant).map(({ id }) => id))
  roleRoutes(scope, { knex, roles: new RoleService({ changes, permissions }) })
}
