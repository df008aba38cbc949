import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { coreErrors } from '../../errors.ts'
import { type Snapshot, serviceKey } from '../../rollout/routing/snapshot.ts'
import { isListed } from './allowed-origin.ts'
import { EVERY_SERVICE, isPageOfService, pageOrigin } from './page-origin.ts'

export interface CorsPorts {
  readonly snapshot: () => Snapshot
  /** URL of the host, without a slash at its end. */
  readonly issuer: string
}

/** What a page is let read of an answer's head, beside what every page is. */
const EXPOSED = [
  ...['RateLimit', 'RateLimit-Policy', 'Retry-After', 'ETag', 'Age', 'Deprecation', 'Sunset'],
  ...['Link', 'Idempotency-Replayed', 'Signalbox-Version', 'Signalbox-Limits', 'Traceparent'],
].join(', ')

/** What a page may send beside what every page may. */
const SENT = [
  ...['Authorization', 'X-API-Key', 'Content-Type', 'Idempotency-Key', 'If-None-Match'],
  ...['Last-Event-ID', 'Cache-Control', 'Traceparent', 'Tracestate'],
].join(', ')

/** A page whose origin is no longer listed is refused at its call, whatever it was told in advance. */
const PREFLIGHT_MAX_AGE_S = 600

const PREFLIGHT_VARY = 'origin, access-control-request-method, access-control-request-headers'

/**
 * Lets pages read the answers of a scope's routes (Fetch standard, CORS protocol). Of whom a key is known: pages that its
 * app lists; of others, such as those with a wrong key, pages of any app of the service, which else could not tell what
 * is wrong. Never with credentials: a page brings its key, and no cookie counts.
 */
export function letPagesRead(scope: FastifyInstance, { snapshot, issuer }: CorsPorts): void {
  const own = new URL(issuer).origin
  scope.addHook('onSend', (request, reply, payload, done) => {
    addVary(reply)
    const origin = pageOrigin(request.headers, own)
    if (origin !== undefined && mayRead(snapshot(), request, origin)) {
      reply.header('access-control-allow-origin', origin)
      reply.header('access-control-expose-headers', EXPOSED)
    }
    done(null, payload)
  })
}

/** A cache that does not ask who it is for would give one page what was let read another. */
function addVary(reply: FastifyReply): void {
  const vary = reply.getHeader('vary')
  if (vary === undefined) reply.header('vary', 'origin')
  else if (!/\borigin\b/i.test(String(vary))) reply.header('vary', `${vary}, origin`)
}

function mayRead(snapshot: Snapshot, request: FastifyRequest, origin: string): boolean {
  const principal = request.call?.principal ?? request.principal
  if (principal === undefined || principal.kind === 'anonymous') {
    return isPageOfService(snapshot, serviceOf(request), origin)
  }
  // A user's session and his tokens are for pages of the host.
  if (principal.kind !== 'app') return false
  return isListed(snapshot.subscriptions.get(principal.subscription)?.origins ?? [], origin)
}

function serviceOf({ params }: FastifyRequest): string {
  const { service, major } = params as { service?: string; major?: string }
  return service === undefined ? EVERY_SERVICE : serviceKey(service, Number(major))
}

/**
 * Answers what browsers ask before they call, from memory. A preflight carries no key (Fetch standard, §4.8): by its
 * origin alone it is decided whether the call may be tried.
 * @param urls routes of the services' face that pages use
 */
export function preflightRoutes(
  scope: FastifyInstance,
  { snapshot, issuer }: CorsPorts,
  urls: readonly string[],
): void {
  const own = new URL(issuer).origin
  for (const url of urls) {
    scope.options(url, { schema: { hide: true } }, async (request, reply) => {
      reply.header('vary', PREFLIGHT_VARY)
      const origin = pageOrigin(request.headers, own)
      if (origin === undefined) return reply.code(204).header('allow', 'GET, HEAD, POST').send()
      if (!isPageOfService(snapshot(), serviceOf(request), origin)) {
        throw coreErrors.create('ORIGIN_NOT_ALLOWED', { origin, app: '-' })
      }
      return reply
        .code(204)
        .header('access-control-allow-origin', origin)
        .header('access-control-allow-methods', 'GET, POST')
        .header('access-control-allow-headers', SENT)
        .header('access-control-max-age', PREFLIGHT_MAX_AGE_S)
        .send()
    })
  }
}
