import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { pageOf, pageSchema, serviceIdSchema, strictObject } from '../gateway/http-schemas.ts'
import type { Page } from '../identity/identity-store.ts'
import type { RoutingTable } from '../rollout/routing-table.ts'
import { serviceKey, versionKey } from '../rollout/snapshot.ts'
import { type CatalogService, listMajors, listPlans, listServices } from './catalog-store.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
}

const tags = ['catalog']

/** What apps can subscribe to: the running, versioned, contracted services. */
export function catalogRoutes(app: FastifyInstance, { knex, routing }: Ports): void {
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

async function describe(knex: Knex, routing: RoutingTable, service: CatalogService) {
  const { snapshot } = routing
  const version = snapshot.stable.get(service.plugin) ?? null
  const installed = snapshot.versions.get(versionKey(service.plugin, version ?? ''))
  const operations = [...(installed?.operations.values() ?? [])].filter(
    (operation) => operation.service === service.id && operation.major === service.major,
  )
  return {
    major: service.major,
    plugin: service.plugin,
    version,
    plans: await listPlans(knex, service.id, service.major),
    operations: Object.fromEntries(operations.map(({ name, definition }) => [name, definition])),
  }
}
