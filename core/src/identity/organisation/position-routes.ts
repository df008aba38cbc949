import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Knex } from 'knex'
import { askerOf, requireOver, tenantOf } from '../../gateway/guard.ts'
import {
  idSchema,
  nameSchema,
  pageOf,
  pageSchema,
  strictObject,
} from '../../gateway/http-schemas.ts'
import { ifMatchSchema } from '../../gateway/if-match.ts'
import type { Page } from '../roles/role-store.ts'
import { tagged } from '../seen.ts'
import { userIdSchema } from '../users/user.ts'
import { momentOrNullSchema, momentSchema, validityOf } from '../validity.ts'
import { type PositionService, requirePosition } from './position-service.ts'
import { findPosition, listHolders, listPositions, type Position } from './position-store.ts'

interface Ports {
  readonly knex: Knex
  readonly positions: PositionService
}

const tags = ['identity']
const params = strictObject({ position: idSchema }, ['position'])
const ofTenant = strictObject({ tenant: idSchema }, [])

type OnePosition = { Params: { position: string }; Querystring: { tenant?: string } }

export function positionRoutes(app: FastifyInstance, ports: Ports): void {
  placeRoutes(app, ports)
  changeRoutes(app, ports)
  holderRoutes(app, ports)
}

function placeRoutes(app: FastifyInstance, { knex }: Ports): void {
  app.get<{ Querystring: Page & { tenant?: string; unit?: string } }>(
    '/v1/positions',
    {
      config: { action: 'position.list', decidesUnit: true },
      schema: {
        tags,
        summary: 'Positions of a tenant, all or those of a unit',
        querystring: strictObject({ tenant: idSchema, unit: idSchema, ...pageSchema }, []),
      },
    },
    async (request) => {
      const { unit, limit } = request.query
      requireOver(request, unit ?? null)
      const page = await listPositions(knex, tenantOf(request), unit, request.query)
      return pageOf(page, limit, ({ id }) => id)
    },
  )
  app.get<OnePosition>(
    '/v1/positions/:position',
    {
      config: { action: 'position.list', decidesUnit: true },
      schema: { tags, summary: 'One position', params, querystring: ofTenant },
    },
    async (request, reply) => tagged(reply, await requireOverPosition(request, knex)),
  )
}

function changeRoutes(app: FastifyInstance, { knex, positions }: Ports): void {
  app.put<OnePosition & { Body: Pick<Position, 'name' | 'unit'> & Partial<Position> }>(
    '/v1/positions/:position',
    {
      config: { action: 'position.write', decidesUnit: true },
      schema: {
        tags,
        summary: 'Make or change a position of a unit, with the roles that it carries',
        params,
        querystring: ofTenant,
        body: strictObject(
          {
            name: nameSchema,
            unit: idSchema,
            roles: { type: 'array', items: idSchema, maxItems: 20, uniqueItems: true },
          },
          ['name', 'unit'],
        ),
        headers: ifMatchSchema,
      },
    },
    async (request, reply) => {
      const { name, unit, roles = [] } = request.body
      const tenant = tenantOf(request)
      const before = await findPosition(knex, tenant, request.params.position)
      for (const one of [unit, ...(before === undefined ? [] : [before.unit])])
        requireOver(request, one)
      const position = { tenant, id: request.params.position, name, unit, roles }
      return tagged(reply, await positions.put(askerOf(request), position))
    },
  )
  app.delete<OnePosition>(
    '/v1/positions/:position',
    {
      config: { action: 'position.write', decidesUnit: true },
      schema: {
        tags,
        summary: 'Remove a position that nobody holds any more',
        params,
        querystring: ofTenant,
        headers: ifMatchSchema,
      },
    },
    async (request, reply) => {
      const { tenant, id } = await requireOverPosition(request, knex)
      await positions.remove(askerOf(request), tenant, id)
      return reply.code(204).send()
    },
  )
}

function holderRoutes(app: FastifyInstance, { knex, positions }: Ports): void {
  app.get<OnePosition & { Querystring: Page & { tenant?: string } }>(
    '/v1/positions/:position/holders',
    {
      config: { action: 'position.list', decidesUnit: true },
      schema: {
        tags,
        summary: 'Who held, holds and will hold a position',
        params,
        querystring: strictObject({ tenant: idSchema, ...pageSchema }, []),
      },
    },
    async (request) => {
      const { tenant, id } = await requireOverPosition(request, knex)
      const page = await listHolders(knex, tenant, id, request.query)
      return pageOf(page, request.query.limit, (holder) => holder.id)
    },
  )
  app.post<OnePosition & { Body: { user: string; validFrom: string; validTo?: string | null } }>(
    '/v1/positions/:position/holders',
    {
      config: { action: 'position.write', decidesUnit: true },
      schema: {
        tags,
        summary: 'Give a position to a user from a time on; again with another end changes the end',
        params,
        querystring: ofTenant,
        body: strictObject(
          {
            user: userIdSchema,
            validFrom: momentSchema,
            validTo: momentOrNullSchema,
          },
          ['user', 'validFrom'],
        ),
      },
    },
    async (request, reply) => {
      const { tenant, id: position } = await requireOverPosition(request, knex)
      const { user, validFrom, validTo = null } = request.body
      const wish = { tenant, position, user, ...validityOf(validFrom, validTo) }
      return reply.code(201).send(await positions.hold(askerOf(request), wish))
    },
  )
  app.delete<{ Params: { position: string; holder: string }; Querystring: { tenant?: string } }>(
    '/v1/positions/:position/holders/:holder',
    {
      config: { action: 'position.write', decidesUnit: true },
      schema: {
        tags,
        summary: 'Undo that a user holds a position; to let it end, give it an end instead',
        params: strictObject(
          { position: idSchema, holder: { type: 'string', pattern: '^hld_[0-9a-f]{16}$' } },
          ['position', 'holder'],
        ),
        querystring: ofTenant,
      },
    },
    async (request, reply) => {
      const { tenant, id } = await requireOverPosition(request, knex)
      await positions.release(askerOf(request), tenant, id, request.params.holder)
      return reply.code(204).send()
    },
  )
}

async function requireOverPosition(
  request: FastifyRequest<{ Params: { position: string } }>,
  knex: Knex,
): Promise<Position> {
  const position = await requirePosition(knex, tenantOf(request), request.params.position)
  requireOver(request, position.unit)
  return position
}
