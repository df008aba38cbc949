import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { commitChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import { callerOf } from '../gateway/guard.ts'
import { idSchema, pageOf, pageSchema, strictObject } from '../gateway/http-schemas.ts'
import { type FollowPorts, followLink } from './follow-link.ts'
import type { PagePorts } from './link-page.ts'
import { listLinks, revokeLink } from './link-store.ts'

/** A picture of a hand comes in it, and what somebody writes. */
const MAX_BODY_BYTES = 256 * 1024

/** Who has the address may follow it from any page, a link's own above all, which has no origin; no cookie counts here. */
const ANYWHERE = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'retry-after',
} as const
const PREFLIGHT = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'content-type',
  'access-control-max-age': '600',
} as const

interface Ports extends FollowPorts, PagePorts {}

export function linksRoutes(app: FastifyInstance, ports: Ports): void {
  const params = strictObject({ token: { type: 'string', maxLength: 100 } }, ['token'])
  const config = { action: 'link.use' } as const
  app.route<{ Params: { token: string } }>({
    method: ['GET', 'POST'],
    url: '/links/:token',
    bodyLimit: MAX_BODY_BYTES,
    config,
    schema: {
      tags: ['links'],
      summary: 'Call the operation that a link was shared for, or open its page in a browser',
      params,
    },
    onRequest: async (_request, reply) => {
      reply.headers(ANYWHERE)
    },
    handler: (request, reply) => followLink(ports, request, reply),
  })
  app.options('/links/:token', { config, schema: { hide: true, params } }, (_request, reply) =>
    reply
      .headers({ ...ANYWHERE, ...PREFLIGHT })
      .code(204)
      .send(),
  )
  administration(app, ports.knex)
}

function administration(app: FastifyInstance, knex: Knex): void {
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
