import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { callerOf } from '../gateway/guard.ts'
import {
  idSchema,
  majorSchema,
  pageOf,
  pageSchema,
  serviceIdSchema,
  strictObject,
} from '../gateway/http-schemas.ts'
import type { Page } from '../identity/identity-store.ts'
import { tenantOfPrincipal } from '../identity/principal.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import { listMajors, listServices } from './catalog-store.ts'
import { measuredLevels } from './levels/measured-levels.ts'
import { offeredContract } from './offered-contract.ts'
import { OwnerService } from './owner-service.ts'
import {
  cursorOf,
  cursorPattern,
  isAfter,
  type SearchWish,
  searchServices,
  shownResult,
} from './search/search-services.ts'
import { describeService } from './service-description.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
  readonly now: () => number
}

const tags = ['catalog']

/** What apps can subscribe to: the running, versioned, contracted services. */
export function catalogRoutes(app: FastifyInstance, ports: Ports): void {
  ownerRoute(app, ports)
  searchRoute(app, ports)
  serviceRoute(app, ports)
}

function serviceRoute(app: FastifyInstance, { knex, routing, now }: Ports): void {
  app.get<{ Params: { id: string } }>(
    '/v1/catalog/services/:id',
    {
      config: { action: 'catalog.read' },
      schema: {
        tags,
        summary:
          'A data service: its majors, operations with schemas and examples, plans, and service levels as measured',
        params: strictObject({ id: serviceIdSchema }, ['id']),
      },
    },
    async (request) => {
      const majors = await listMajors(knex, request.params.id)
      if (majors.length === 0) {
        throw coreErrors.create('SERVICE_MISSING', { service: request.params.id, major: 'any' })
      }
      const { id } = request.params
      const tenant = tenantOfPrincipal(request.principal) ?? null
      const measured = await measuredLevels(knex, { service: id, tenant, now: now() })
      return {
        id,
        majors: await Promise.all(
          majors.map((service) =>
            describeService(knex, routing.snapshot, service, { measured, tenant }),
          ),
        ),
      }
    },
  )
}

function searchRoute(app: FastifyInstance, { knex, routing }: Ports): void {
  app.get<{ Querystring: Page & SearchWish }>(
    '/v1/catalog/services',
    {
      config: { action: 'catalog.read' },
      schema: {
        tags,
        summary:
          'Search data services by words in English and Chinese, domain and tag; the best found first',
        querystring: strictObject(
          {
            q: { type: 'string', minLength: 1, maxLength: 100 },
            domain: { type: 'string', minLength: 1, maxLength: 60 },
            tag: { type: 'string', minLength: 1, maxLength: 60 },
            ...pageSchema,
            cursor: { type: 'string', maxLength: 120, pattern: cursorPattern },
          },
          [],
        ),
      },
    },
    async (request) => {
      const { limit, cursor, ...wish } = request.query
      const { snapshot } = routing
      const found = searchServices(
        await listServices(knex),
        wish,
        (service) => offeredContract(snapshot, service)?.contract,
      )
      const rest = cursor === undefined ? found : found.filter((one) => isAfter(one, cursor))
      return pageOf(
        rest.slice(0, limit).map((one) => shownResult(one)),
        limit,
        cursorOf,
      )
    },
  )
}

/** Whose admins say who may subscribe, beside the operator. */
function ownerRoute(app: FastifyInstance, { knex }: Ports): void {
  app.put<{ Params: { id: string; major: number }; Body: { ownerTenant: string | null } }>(
    '/v1/catalog/services/:id/versions/:major/owner',
    {
      config: { action: 'service.own' },
      schema: {
        tags,
        summary: 'Name the tenant whose admins decide on subscriptions; null: the operator alone',
        params: strictObject({ id: serviceIdSchema, major: majorSchema }, ['id', 'major']),
        body: strictObject({ ownerTenant: { ...idSchema, type: ['string', 'null'] } }, [
          'ownerTenant',
        ]),
      },
    },
    async (request) => {
      const { id, major } = request.params
      const { ownerTenant } = request.body
      await new OwnerService({ knex }).put(callerOf(request), { id, major }, ownerTenant)
      return { id, major, ownerTenant }
    },
  )
}
