import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { commitRoutedChange } from '../audit/change.ts'
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
import {
  type CatalogService,
  listMajors,
  listPlans,
  listServices,
  putPlan,
  shareService,
} from './catalog-store.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
}

const tags = ['catalog']

/** What apps can subscribe to: the running, versioned, contracted services. */
export function catalogRoutes(app: FastifyInstance, { knex, routing }: Ports): void {
  planRoutes(app, { knex, routing })
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

/** The terms of a service: the operator's. A plan that is there is changed, also for its subscribers. */
function planRoutes(app: FastifyInstance, { knex, routing }: Ports): void {
  app.put<{ Params: PlanParams; Body: { ratePerS: number; burst: number } }>(
    '/v1/catalog/services/:id/versions/:major/plans/:name',
    {
      config: { action: 'plan.write' },
      schema: {
        tags,
        summary: 'Make or change a plan: sustained calls a second, and how many may come at once',
        params: strictObject({ id: serviceIdSchema, major: majorSchema, name: idSchema }, [
          'id',
          'major',
          'name',
        ]),
        body: strictObject(
          {
            ratePerS: { type: 'number', exclusiveMinimum: 0, maximum: 1_000_000 },
            burst: { type: 'integer', minimum: 1, maximum: 1_000_000 },
          },
          ['ratePerS', 'burst'],
        ),
      },
    },
    async (request) => {
      const { id, major, name } = request.params
      const subject = `${serviceKey(id, major)}/${name}`
      const change = { ...callerOf(request), action: 'plan.changed', subject, tenant: null }
      const { generation } = await commitRoutedChange(knex, change, async (trx) => {
        if (!(await shareService(trx, id, major))) {
          throw coreErrors.create('SERVICE_MISSING', { service: id, major })
        }
        await putPlan(trx, { id, major }, { name, ...request.body })
      })
      await routing.reach(generation)
      return { name, ...request.body }
    },
  )
}

interface PlanParams {
  readonly id: string
  readonly major: number
  readonly name: string
}

async function describe(knex: Knex, routing: RoutingTable, service: CatalogService) {
  const { snapshot } = routing
  const plugin = service.plugin ?? ''
  const version = snapshot.stable.get(plugin) ?? null
  const installed = snapshot.versions.get(versionKey(plugin, version ?? ''))
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
