import type { FastifyReply } from 'fastify'
import { andThen, type Soon } from '../../broker/soon.ts'
import { requireStanding } from '../../catalog/standing.ts'
import { coreErrors } from '../../errors.ts'
import type { App, AppAuthenticator, TokenProof } from '../../identity/app-authenticator.ts'
import { secretOf } from '../../identity/authenticate.ts'
import { isAuthorised } from '../../identity/authorise.ts'
import { serviceUrl } from '../../oauth/access-token.ts'
import { isForged } from '../../oauth/token-verifier.ts'
import { type Snapshot, type Subscription, serviceKey } from '../../rollout/routing/snapshot.ts'
import { beginCall, type Call, type CallParams, type CallRequest } from '../call.ts'
import { clientLeft } from '../client-left.ts'
import { pageOrigin, requirePage } from '../cors/page-origin.ts'
import { tellOfDeprecation } from '../deprecation-headers.ts'
import type { Limits } from '../limits/open-limits.ts'
import { quotaHeaders } from '../limits/rate-limit-headers.ts'
import { admitUser, type UserAdmissionPorts } from './admit-user.ts'
import { takeBurst } from './take-burst.ts'

export interface AdmissionPorts extends UserAdmissionPorts {
  readonly snapshot: () => Snapshot
  readonly apps: Pick<AppAuthenticator, 'proofOf' | 'appOf'>
  readonly now: () => number
  /** Milliseconds since the epoch by PostgreSQL's clock, which ends and beginnings are written by. */
  readonly clock: () => number
  /** URL of the host, without a slash at its end: what tokens are meant for begins with it. */
  readonly issuer: string
}

/**
 * Everything that the head of a request decides, cheapest first: who asks → its subscription → its page → the service's end → burst →
 * calls at a time → quota. Whoever is refused here has cost no body, no lane and no version.
 */
export function admitCall(
  ports: AdmissionPorts,
  request: CallRequest,
  reply: FastifyReply,
): Soon<void> {
  request.call = beginCall(ports.now(), clientLeft(reply))
  const secret = secretOf(request.headers)
  if (secret === undefined) return admitUser(ports, request, reply, secret)
  // A token that this node has not met: its signature is checked once, beside other requests.
  return andThen(ports.apps.proofOf(secret), (proof) => {
    if (isForged(proof)) {
      throw ports.failures.note(request.ip, coreErrors.create('TOKEN_INVALID', { reason: proof }))
    }
    const app = appOf(ports, request.params, secret, proof)
    if (app === undefined) return admitUser(ports, request, reply, secret)
    return admitApp(ports, request, reply, app)
  })
}

/** @returns undefined: no app that is known @throws CORE_TOKEN_INVALID, CORE_CREDENTIAL_EXPIRED */
export function appOf(
  { apps, snapshot, issuer }: AdmissionPorts,
  { service, major }: CallParams,
  secret: string,
  proof: TokenProof | undefined,
): App | undefined {
  const app = apps.appOf(snapshot(), secret, () => serviceUrl(issuer, service, major), proof)
  return app !== undefined && isAuthorised(app, 'service.call', {}) ? app : undefined
}

function admitApp(
  { limits, snapshot, clock, ownOrigin }: AdmissionPorts,
  request: CallRequest,
  reply: FastifyReply,
  app: App,
): Soon<void> {
  const call = request.call as Call
  call.principal = app
  const { subscriptions, deprecations } = snapshot()
  const subscription = subscriptions.get(app.subscription)
  if (subscription === undefined) throw coreErrors.create('AUTHENTICATION_REQUIRED')
  call.subscription = subscription
  requirePage(subscription, pageOrigin(request.headers, ownOrigin))
  requireStanding(subscription, clock())
  requireCovered(subscription, app, request.params)
  const { service, major } = request.params
  const schedule =
    deprecations.size === 0 ? undefined : deprecations.get(serviceKey(service, Number(major)))
  tellOfDeprecation(reply, schedule, request.params, clock())
  return andThen(takeBurst(limits, subscription.id, subscription, reply), () => {
    enter(limits, subscription, request, reply)
    return takeQuota(limits, subscription, reply)
  })
}

function requireCovered(
  subscription: Subscription,
  { scopes: narrowed }: App,
  { service, major, operation }: CallParams,
): void {
  const { id, scopes } = subscription
  const covered =
    subscription.service === service &&
    subscription.major === Number(major) &&
    (scopes === null || scopes.includes(operation)) &&
    (narrowed === undefined || narrowed.includes(operation))
  if (covered) return
  throw coreErrors.create('SCOPE_MISSING', { subscription: id, service, major, operation })
}

/** Left when the response is closed, or the connection before there was one. */
function enter(
  limits: Limits,
  { id, plan, concurrency }: Subscription,
  request: CallRequest,
  reply: FastifyReply,
): void {
  if (concurrency === undefined) return
  const leave = limits.concurrency.enter(id, concurrency)
  if (leave === undefined) {
    const share = limits.concurrency.shareOf(concurrency)
    const parameters = { plan, concurrency, share }
    throw coreErrors.create('CONCURRENCY_EXCEEDED', parameters, { retryAfterS: 1 })
  }
  reply.raw.once('close', leave)
  request.raw.once('close', () => {
    // Of a request in a pipeline whose body never came there is no response that could be closed.
    if (!request.raw.complete) leave()
  })
}

function takeQuota(
  { quotas }: Limits,
  subscription: Subscription,
  reply: FastifyReply,
): Soon<void> {
  const { id, quota, plan } = subscription
  if (quota === undefined) return
  return andThen(quotas.take(subscription, quota), (verdict) => {
    if (verdict.outcome === 'unknown') {
      throw coreErrors.create('QUOTA_UNKNOWN', { subscription: id }, { retryAfterS: 1 })
    }
    quotaHeaders(reply, verdict)
    if (verdict.outcome === 'allowed') return
    const retryAfterS = Math.max(1, Math.ceil(verdict.resetMs / 1000))
    throw coreErrors.create('CALL_QUOTA_EXCEEDED', { plan, ...quota }, { retryAfterS })
  })
}
