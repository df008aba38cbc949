import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Knex } from 'knex'
import { commitChange } from '../audit/change.ts'
import type { ServiceCaller } from '../broker/service-caller.ts'
import { coreErrors } from '../errors.ts'
import { callerOf } from '../gateway/guard.ts'
import { idSchema, pageOf, pageSchema, strictObject } from '../gateway/http-schemas.ts'
import type { RateLimiter } from '../gateway/rate-limiter.ts'
import { grantsOf, type Snapshot } from '../rollout/snapshot.ts'
import { findLink, listLinks, revokeLink, type SharedLink } from './link-store.ts'
import { linkHash } from './links-calls.ts'

interface Ports {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  readonly caller: ServiceCaller
  readonly limiter: RateLimiter
  readonly now: () => number
}

/** A person, not a program: more than this on one link, or from one address, is somebody guessing or hammering. */
const LIMIT = { ratePerS: 2, burst: 20 } as const
const MAX_BODY_BYTES = 64 * 1024

type LinkRequest = FastifyRequest<{ Params: { token: string } }>

export function linksRoutes(app: FastifyInstance, ports: Ports): void {
  app.route<{ Params: { token: string } }>({
    method: ['GET', 'POST'],
    url: '/links/:token',
    bodyLimit: MAX_BODY_BYTES,
    config: { action: 'link.use' },
    schema: {
      tags: ['links'],
      summary: 'Call the operation that a link was shared for',
      params: strictObject({ token: { type: 'string', maxLength: 100 } }, ['token']),
    },
    handler: (request, reply) => follow(ports, request, reply),
  })
  administration(app, ports)
}

function administration(app: FastifyInstance, { knex }: Ports): void {
  app.get<{ Params: { tenant: string }; Querystring: { limit: number; cursor?: string } }>(
    '/v1/tenants/:tenant/links',
    {
      config: { action: 'link.read' },
      schema: {
        tags: ['links'],
        summary: 'Links that plugins shared, newest first',
        params: strictObject({ tenant: idSchema }, ['tenant']),
        querystring: strictObject(pageSchema, []),
      },
    },
    async (request) => {
      const { limit, cursor } = request.query
      const items = await listLinks(knex, request.params.tenant, { limit, cursor })
      return pageOf(items, limit, ({ id }) => id)
    },
  )
  app.delete<{ Params: { tenant: string; link: string } }>(
    '/v1/tenants/:tenant/links/:link',
    {
      config: { action: 'link.write' },
      schema: {
        tags: ['links'],
        summary: 'Take a link back',
        params: strictObject(
          { tenant: idSchema, link: { type: 'string', pattern: '^link_[0-9a-f]{28}$' } },
          ['tenant', 'link'],
        ),
      },
    },
    async (request, reply) => {
      const { tenant, link: id } = request.params
      const change = { ...callerOf(request), action: 'link.revoked', subject: id, tenant }
      await commitChange(knex, change, async (trx) => {
        if (!(await revokeLink(trx, { tenant, id }))) throw coreErrors.create('LINK_MISSING')
      })
      return reply.code(204).send()
    },
  )
}

async function follow(ports: Ports, request: LinkRequest, reply: FastifyReply): Promise<string> {
  const hash = linkHash(request.params.token)
  spend(ports.limiter, `address ${request.ip}`)
  spend(ports.limiter, `link ${hash.toString('base64')}`)
  const link = await findLink(ports.knex, hash)
  if (link === undefined) throw coreErrors.create('LINK_MISSING')
  requireLiving(ports, link)
  const { tenant, service, major, operation } = link
  const principal = { kind: 'link', id: link.id } as const
  const requestId = request.trace.spanId
  const routed = { tenant, principal, service, major, operation, requestId }
  const target = ports.caller.target(routed)
  if (request.method === 'GET' && target.operation.definition.safe !== true) {
    throw coreErrors.create('METHOD_NOT_SAFE', { operation })
  }
  // What the plugin fixed stands over what the visitor sends.
  const input = { ...visitorsInput(request), ...link.input }
  const answer = await ports.caller.callTarget(target, {
    ...routed,
    input,
    inputJson: JSON.stringify(input),
    traceId: request.trace.traceId,
    deadline: ports.now() + target.operation.deadlineMs,
    chain: [],
  })
  reply.header('content-type', 'application/json; charset=utf-8')
  // The address is the key: it must not go on to wherever the answer links to, nor stay in a cache.
  reply.header('referrer-policy', 'no-referrer').header('cache-control', 'no-store')
  return answer.outputJson
}

function spend(limiter: RateLimiter, key: string): void {
  const verdict = limiter.take(key, LIMIT)
  if (verdict.allowed) return
  const retryAfterS = Math.max(1, Math.ceil(verdict.retryAfterMs / 1000))
  const parameters = { plan: 'links', rate: LIMIT.ratePerS, burst: LIMIT.burst }
  throw coreErrors.create('RATE_LIMITED', parameters, { retryAfterS })
}

/** A grant that was taken back ends every link that was made by it. */
function requireLiving({ snapshot, now }: Ports, link: SharedLink): void {
  const { tenant, plugin, service, operation, expiresAt, revokedAt } = link
  const isGranted = grantsOf(snapshot(), tenant, plugin).some(
    ({ capability, parameters }) =>
      capability === 'link:share' && parameters.operation === `${service}/${operation}`,
  )
  if (isGranted && revokedAt === null && now() < Date.parse(expiresAt)) return
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
