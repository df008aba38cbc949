import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import { askerOf, requireOver, tenantOf } from '../../gateway/guard.ts'
import {
  idSchema,
  nameSchema,
  pageOf,
  pageSchema,
  strictObject,
} from '../../gateway/http-schemas.ts'
import { ifMatchSchema } from '../../gateway/if-match.ts'
import { listUnits, type Page } from '../identity-store.ts'
import { tagged } from '../seen.ts'
import type { UnitService } from './unit-service.ts'
import { findUnit } from './unit-store.ts'

interface Ports {
  readonly knex: Knex
  readonly units: UnitService
}

const tags = ['identity']
const parentSchema = { ...idSchema, type: ['string', 'null'] } as const

interface NewUnit {
  readonly tenant?: string
  readonly id: string
  readonly name: string
  readonly parent?: string | null
}

type OneUnit = { Params: { unit: string }; Querystring: { tenant?: string } }

export function unitRoutes(app: FastifyInstance, ports: Ports): void {
  manyRoutes(app, ports)
  singleRoutes(app, ports)
}

function manyRoutes(app: FastifyInstance, { knex, units }: Ports): void {
  app.post<{ Body: NewUnit }>(
    '/v1/units',
    {
      config: { action: 'unit.create', decidesUnit: true },
      schema: {
        tags,
        summary: 'Make a unit: a plant, department or team of a tenant',
        body: strictObject(
          { tenant: idSchema, id: idSchema, name: nameSchema, parent: parentSchema },
          ['id', 'name'],
        ),
      },
    },
    async (request, reply) => {
      const { id, name, parent = null } = request.body
      requireOver(request, parent)
      const unit = { tenant: tenantOf(request), id, name, parent }
      return reply.code(201).send(await units.create(askerOf(request), unit))
    },
  )
  app.get<{ Querystring: { tenant?: string } & Page }>(
    '/v1/units',
    {
      config: { action: 'unit.list' },
      schema: {
        tags,
        summary: "List a tenant's units",
        querystring: strictObject({ tenant: idSchema, ...pageSchema }, []),
      },
    },
    async (request) => {
      const page = await listUnits(knex, tenantOf(request), request.query)
      return pageOf(page, request.query.limit, (unit) => unit.id)
    },
  )
}

function singleRoutes(app: FastifyInstance, { knex, units }: Ports): void {
  const params = strictObject({ unit: idSchema }, ['unit'])
  const querystring = strictObject({ tenant: idSchema }, [])
  app.get<OneUnit>(
    '/v1/units/:unit',
    {
      config: { action: 'unit.list', decidesUnit: true },
      schema: { tags, summary: 'One unit', params, querystring },
    },
    async (request, reply) => {
      const { unit } = request.params
      requireOver(request, unit)
      const tenant = tenantOf(request)
      const found = await findUnit(knex, tenant, unit)
      if (found === undefined) throw coreErrors.create('UNIT_MISSING', { tenant, unit })
      return tagged(reply, found)
    },
  )
  app.patch<OneUnit & { Body: { name?: string; parent?: string | null } }>(
    '/v1/units/:unit',
    {
      config: { action: 'unit.update', decidesUnit: true },
      schema: {
        tags,
        summary: 'Rename a unit, or move it with all below it',
        params,
        querystring,
        body: { ...strictObject({ name: nameSchema, parent: parentSchema }, []), minProperties: 1 },
        headers: ifMatchSchema,
      },
    },
    async (request, reply) => {
      const { unit } = request.params
      requireOver(request, unit)
      // Out of a branch, and into another one: both are his, or neither.
      if (request.body.parent !== undefined) requireOver(request, request.body.parent)
      const named = { tenant: tenantOf(request), id: unit }
      return tagged(reply, await units.change(askerOf(request), named, request.body))
    },
  )
  app.delete<OneUnit>(
    '/v1/units/:unit',
    {
      config: { action: 'unit.remove', decidesUnit: true },
      schema: {
        tags,
        summary: 'Remove a unit that nothing is in any more',
        params,
        querystring,
        headers: ifMatchSchema,
      },
    },
    async (request, reply) => {
      const { unit } = request.params
      requireOver(request, unit)
      await units.remove(askerOf(request), { tenant: tenantOf(request), id: unit })
      return reply.code(204).send()
    },
  )
}
