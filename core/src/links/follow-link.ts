import { CodedError } from '@signalbox/sdk/errors'
import type { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Knex } from 'knex'
import type { CallerLeft } from '../broker/caller-left.ts'
import type { ServiceCaller } from '../broker/service-caller.ts'
import { coreErrors } from '../errors.ts'
import { clientLeft } from '../gateway/client-left.ts'
import { illFormedIn } from '../gateway/ill-formed-text.ts'
import { type Grant, grantsOf, type Snapshot } from '../rollout/routing/snapshot.ts'
import { type PagePorts, pageNamed, sendLinkPage, wantsPage } from './link-page.ts'
import { findLink, type SharedLink } from './link-store.ts'
import type { LinkVisits, Visit } from './link-visits.ts'
import { linkHash } from './links-calls.ts'

export interface FollowPorts extends PagePorts {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  readonly caller: ServiceCaller
  readonly limiter: RateLimiter
  readonly visits: LinkVisits
  readonly now: () => number
}

export type LinkRequest = FastifyRequest<{ Params: { token: string } }>

/** A person, not a program: more than this on one link, or from one address, is somebody guessing or hammering. */
const LIMIT = { ratePerS: 2, burst: 20 } as const

/** What somebody without an account is answered, whoever they are: the link is all that is known of them. */
export async function followLink(
  ports: FollowPorts,
  request: LinkRequest,
  reply: FastifyReply,
): Promise<string | FastifyReply> {
  const hash = linkHash(request.params.token)
  spend(ports.limiter, `address ${request.ip}`)
  spend(ports.limiter, `link ${hash.toString('base64')}`)
  const link = await findLink(ports.knex, hash)
  if (link === undefined) throw coreErrors.create('LINK_MISSING')
  reply.header('vary', 'accept')
  const page = wantsPage(request) ? pageFor(ports, request, link) : undefined
  if (page !== undefined) return sendLinkPage(ports, reply, page.version, page.path)
  const answer = await visit(ports, request, link, clientLeft(reply))
  reply.header('content-type', 'application/json; charset=utf-8')
  // The address is the key: it must not go on to wherever the answer links to, nor stay in a cache.
  reply.header('referrer-policy', 'no-referrer').header('cache-control', 'no-store')
  return answer
}

/**
 * What a browser that goes to the address is shown, by the version that a call would be answered by. It calls nothing, so it is no
 * visit: the page makes that, and what only looks at addresses in mails does not.
 */
function pageFor(ports: FollowPorts, request: LinkRequest, link: SharedLink) {
  livingGrant(ports, link)
  const { version } = ports.caller.target(routedOf(link, request))
  if (version === null) return undefined
  const path = pageNamed(version, link)
  return path === undefined ? undefined : { version, path }
}

function routedOf({ id, tenant, service, major, operation }: SharedLink, request: LinkRequest) {
  const principal = { kind: 'link', id } as const
  return { tenant, principal, service, major, operation, requestId: request.trace.spanId }
}

/** From here on the visit is in the audit, however it ends. */
async function visit(
  ports: FollowPorts,
  request: LinkRequest,
  link: SharedLink,
  left: CallerLeft,
): Promise<string> {
  const { traceId } = request.trace
  const seen: Visit = { link, traceId, began: performance.now(), safe: true, reached: undefined }
  try {
    const answer = await call(ports, request, seen, left)
    ports.visits.end(seen, 'done')
    return answer
  } catch (error) {
    ports.visits.end(seen, error instanceof CodedError ? error.code : 'failed')
    throw error
  }
}

async function call(
  ports: FollowPorts,
  request: LinkRequest,
  seen: Visit,
  left: CallerLeft,
): Promise<string> {
  const { link, traceId } = seen
  const grant = livingGrant(ports, link)
  const routed = routedOf(link, request)
  const { operation } = link
  const target = ports.caller.target(routed)
  seen.safe = target.operation.definition.safe === true
  if (request.method === 'GET' && !seen.safe) {
    throw coreErrors.create('METHOD_NOT_SAFE', { operation })
  }
  // What the plugin fixed stands over what the visitor sends.
  const input = { ...wellFormed(visitorsInput(request)), ...link.input }
  if (!seen.safe) {
    await ports.visits.begin(seen)
    // That took a while: a grant that was taken back meanwhile ends the link all the same.
    livingGrant(ports, link)
  }
  if (target.version !== null) seen.reached = { grant, version: target.version.version }
  const { outputJson } = await ports.caller.callTarget(target, {
    ...routed,
    input,
    inputJson: JSON.stringify(input),
    traceId,
    deadline: ports.now() + target.operation.deadlineMs,
    chain: [],
    left,
  })
  return outputJson
}

/** @throws CORE_INPUT_INVALID for texts that are no Unicode, as of any caller */
function wellFormed<Input>(input: Input): Input {
  const faults = illFormedIn(input)
  if (faults.length > 0) throw coreErrors.create('INPUT_INVALID', {}, { faults })
  return input
}

function spend(limiter: RateLimiter, key: string): void {
  const verdict = limiter.take(key, LIMIT)
  if (verdict.allowed) return
  const retryAfterS = Math.max(1, Math.ceil(verdict.retryAfterMs / 1000))
  const parameters = { plan: 'links', rate: LIMIT.ratePerS, burst: LIMIT.burst }
  throw coreErrors.create('RATE_LIMITED', parameters, { retryAfterS })
}

/** A grant that was taken back ends every link that was made by it. */
function livingGrant({ snapshot, now }: FollowPorts, link: SharedLink): Grant {
  const { tenant, plugin, service, operation, expiresAt, revokedAt } = link
  const grant = grantsOf(snapshot(), tenant, plugin).find(
    ({ capability, parameters }) =>
      capability === 'link:share' && parameters.operation === `${service}/${operation}`,
  )
  if (grant !== undefined && revokedAt === null && now() < Date.parse(expiresAt)) return grant
  throw coreErrors.create('LINK_EXPIRED', { expiresAt })
}

function visitorsInput(request: LinkRequest): object {
  if (request.method === 'GET') return { ...(request.query as object) }
  const { body } = request
  if (body === undefined || body === null) return {}
  if (typeof body === 'object' && !Array.isArray(body)) return body
  const faults = [{ pointer: '', detail: 'must be an object' }]
  throw coreErrors.create('INPUT_INVALID', {}, { faults })
}
