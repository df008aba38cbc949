import type { FastifyReply } from 'fastify'
import { coreErrors } from '../../errors.ts'
import { appOf, secretOf } from '../../identity/authenticate.ts'
import { isAuthorised } from '../../identity/authorise.ts'
import type { Snapshot, Subscription } from '../../rollout/routing/snapshot.ts'
import { beginCall, type CallParams, type CallRequest } from '../call.ts'
import { clientLeft } from '../client-left.ts'
import type { Limits } from '../limits/open-limits.ts'
import { quotaHeaders } from '../limits/rate-limit-headers.ts'
import { andThen, type Soon } from '../limits/soon.ts'
import { admitUser, type UserAdmissionPorts } from './admit-user.ts'
import { takeBurst } from './take-burst.ts'

export interface AdmissionPorts extends UserAdmissionPorts {
  readonly snapshot: () => Snapshot
  readonly now: () => number
}

/**
 * Everything that the head of a request decides, cheapest first: who asks → its subscription → burst → calls at a time →
 * quota. Whoever is refused here has cost no body, no lane and no version.
 */
export function admitCall(
  ports: AdmissionPorts,
  request: CallRequest,
  reply: FastifyReply,
): Soon<void> {
  const { limits, snapshot } = ports
  const call = beginCall(ports.now(), clientLeft(reply))
  request.call = call
  const secret = secretOf(request.headers)
  const current = snapshot()
  const app = secret === undefined ? undefined : appOf(current, secret)
  if (app === undefined || !isAuthorised(app, 'service.call', {})) {
    return admitUser(ports, request, reply, secret)
  }
  call.principal = app
  const subscription = current.subscriptions.get(app.subscription)
  if (subscription === undefined) throw coreErrors.create('AUTHENTICATION_REQUIRED')
  call.subscription = subscription
  requireSubscribed(subscription, request.params)
  return andThen(takeBurst(limits, subscription.id, subscription, reply), () => {
    enter(limits, subscription, request, reply)
    return takeQuota(limits, subscription, reply)
  })
}

function requireSubscribed(subscription: Subscription, params: CallParams): void {
  const { id, state, scopes } = subscription
  if (state === 'suspended') throw coreErrors.create('SUBSCRIPTION_SUSPENDED', { subscription: id })
  if (state !== 'active') {
    throw coreErrors.create('SUBSCRIPTION_INACTIVE', { subscription: id, state })
  }
  const { service, major, operation } = params
  const covered =
    subscription.service === service &&
    subscription.major === Number(major) &&
    (scopes === null || scopes.includes(operation))
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
    throw coreErrors.create('QUOTA_EXCEEDED', { plan, ...quota }, { retryAfterS })
  })
}
