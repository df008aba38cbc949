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
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import { serviceKey, versionKey } from '../rollout/routing/snapshot.ts'
import { type CatalogService, listMajors, listServices } from './catalog-store.ts'
import { shown } from './deprecation-service.ts'
import { OwnerService } from './owner-service.ts'
import { listPlans } from './plan-store.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
}

const tags = ['catalog']

/** What apps can subscribe to: the running, versioned, contracted services. */
export function catalogRoutes(app: FastifyInstance, { knex, routing }: Ports): void {
  ownerRoute(app, { knex, routing })
  app.get<{ Querystring: Page & { q?: string } }>(
    '/v1/catalog/services',
    {
      config: { action: 'catalog.read' },
      schema: {
        tags,
        summary: 'Search data services',
        querystring: strictObject(
          { q: { type: 'string', minLength: 1, maxLength: 100 }, ...pageSchema },
          [],
        ),
      },
    },
    async (request) => {
      const { limit, cursor, q } = request.query
      const services = await listServices(knex, { limit, cursor, q })
      return pageOf(services, limit, (service) => serviceKey(service.id, service.major))
    },
  )
  app.get<{ Params: { id: string } }>(
    '/v1/catalog/services/:id',
    {
      config: { action: 'catalog.read' },
      schema: {
        tags,
        summary: 'A data service: its majors, operations with schemas and examples, and plans',
        params: strictObject({ id: serviceIdSchema }, ['id']),
      },
    },
    async (request) => {
      const majors = await listMajors(knex, request.params.id)
      if (majors.length === 0) {
        throw coreErrors.create('SERVICE_MISSING', { service: request.params.id, major: 'any' })
      }
      return {
        id: request.params.id,
        majors: await Promise.all(majors.map((service) => describe(knex, routing, service))),
      }
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

async function describe(knex: Knex, routing: RoutingTable, service: CatalogService) {
  const { snapshot } = routing
  const plugin = service.plugin ?? ''
  const version = snapshot.stable.get(plugin) ?? null
  const installed = snapshot.versions.get(versionKey(plugin, version ?? ''))
  const operations = [...(installed?.operations.values() ?? [])].filter(
    (operation) => operation.service === service.id && operation.major === service.major,
  )
  const deprecation = snapshot.deprecations.get(serviceKey(service.id, service.major))
  return {
    major: service.major,
    plugin: service.plugin,
    version,
    ownerTenant: service.ownerTenant,
    deprecation: deprecation === undefined ? null : shown(deprecation),
    plans: await listPlans(knex, service.id, service.major),
    operations: Object.fromEntries(operations.map(({ name, definition }) => [name, definition])),
  }
}
