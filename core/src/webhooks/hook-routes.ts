import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { callerOf } from '../gateway/guard.ts'
import {
  idSchema,
  pageOf,
  pageSchema,
  pluginNameSchema,
  strictObject,
} from '../gateway/http-schemas.ts'
import type { HookService } from './hook-service.ts'
import type { HookHeaders } from './hook-signature.ts'
import { listAddresses, listDeliveries } from './hook-store.ts'

interface Ports {
  readonly knex: Knex
  readonly hooks: HookService
}

interface Named {
  readonly tenant: string
  readonly name: string
  readonly path: string
}

/** What a version is given may be bounded lower: that is judged when its signature is. */
const BODY_LIMIT_BYTES = 1024 * 1024

const tags = ['webhooks in']
const pathSchema = { type: 'string', pattern: '^[a-z][a-z0-9_-]*$', maxLength: 60 } as const
const named = { tenant: idSchema, name: pluginNameSchema, path: pathSchema } as const
const ofHook = strictObject(named, ['tenant', 'name', 'path'])
const deliveryIdSchema = { type: 'string', pattern: '^whd_[0-9a-f]{24}$' } as const

const hookOf = ({ tenant, name, path }: Named) => ({ tenant, plugin: name, path })

/** Where others send to. Whoever knows the address may knock; what is not signed as granted stays outside. */
export function receiveRoute(app: FastifyInstance, hooks: HookService): void {
  // Signatures are over the bytes as they came, whatever they call themselves.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.post<{ Params: { plugin: string; path: string; token: string } }>(
    '/hooks/:plugin/:path/:token',
    {
      config: { action: 'hook.receive' },
      bodyLimit: BODY_LIMIT_BYTES,
      schema: {
        tags,
        summary: 'Send a webhook; it is durable when the answer is there',
        params: strictObject(
          {
            plugin: pluginNameSchema,
            path: pathSchema,
            token: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
          },
          ['plugin', 'path', 'token'],
        ),
      },
    },
    async (request, reply) => {
      const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0)
      const headers = keptHeaders(request.headers)
      const { traceId } = request.trace
      const id = await hooks.receive({ ...request.params, headers, body, traceId })
      return reply.code(202).send({ id })
    },
  )
}

/** All but what could open another door. */
function keptHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): HookHeaders {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const isSecret = ['authorization', 'proxy-authorization', 'cookie'].includes(name)
      return typeof value === 'string' && !isSecret ? [[name, value]] : []
    }),
  )
}

/** The tenant admin's side: addresses, and what became of what came. */
export function hookRoutes(app: FastifyInstance, { knex, hooks }: Ports): void {
  app.get<{ Params: Omit<Named, 'path'> }>(
    '/v1/tenants/:tenant/plugins/:name/hooks',
    {
      config: { action: 'hook.read' },
      schema: {
        tags,
        summary: 'List the addresses of a plugin, without their last part',
        params: strictObject({ tenant: idSchema, name: pluginNameSchema }, ['tenant', 'name']),
      },
    },
    async (request) => {
      const { tenant, name } = request.params
      return { items: await listAddresses(knex, tenant, name) }
    },
  )
  app.post<{ Params: Named; Body: { secret?: string } }>(
    '/v1/tenants/:tenant/plugins/:name/hooks/:path',
    {
      config: { action: 'hook.write' },
      schema: {
        tags,
        summary: 'Make the address of a path, or renew it; address and secret are shown this once',
        params: ofHook,
        body: strictObject({ secret: { type: 'string', minLength: 16, maxLength: 256 } }, []),
      },
    },
    async (request, reply) => {
      const hook = hookOf(request.params)
      return reply.code(201).send(await hooks.open(callerOf(request), hook, request.body.secret))
    },
  )
  app.delete<{ Params: Named }>(
    '/v1/tenants/:tenant/plugins/:name/hooks/:path',
    {
      config: { action: 'hook.write' },
      schema: { tags, summary: 'End an address', params: ofHook },
    },
    async (request, reply) => {
      await hooks.close(callerOf(request), hookOf(request.params))
      return reply.code(204).send()
    },
  )
  deliveryRoutes(app, { knex, hooks })
}

function deliveryRoutes(app: FastifyInstance, { knex, hooks }: Ports): void {
  app.get<{ Params: Named; Querystring: { limit: number; cursor?: string } }>(
    '/v1/tenants/:tenant/plugins/:name/hooks/:path/deliveries',
    {
      config: { action: 'hook.read' },
      schema: {
        tags,
        summary: 'What came to a path, newest first, without its content',
        params: ofHook,
        querystring: strictObject(
          { ...pageSchema, cursor: { type: 'string', pattern: '^\\d{1,15}$' } },
          [],
        ),
      },
    },
    async (request) => {
      const { limit, cursor } = request.query
      const before = cursor === undefined ? undefined : Number(cursor)
      const found = await listDeliveries(knex, hookOf(request.params), { limit, before })
      return pageOf(found, limit, ({ sequence }) => String(sequence))
    },
  )
  app.post<{ Params: Named & { delivery: string; command: 'redeliver' } }>(
    '/v1/tenants/:tenant/plugins/:name/hooks/:path/deliveries/:delivery(^whd_[0-9a-f]+):::command',
    {
      config: { action: 'hook.write' },
      schema: {
        tags,
        summary: 'Have a webhook that is over delivered again',
        params: strictObject(
          { ...named, delivery: deliveryIdSchema, command: { enum: ['redeliver'] } },
          ['tenant', 'name', 'path', 'delivery', 'command'],
        ),
      },
    },
    async (request, reply) => {
      const { delivery } = request.params
      await hooks.redeliver(callerOf(request), hookOf(request.params), delivery)
      return reply.code(202).send({ id: delivery })
    },
  )
}
