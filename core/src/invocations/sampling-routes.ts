import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { callerOf } from '../gateway/guard.ts'
import { idSchema, pluginNameSchema, strictObject, versionSchema } from '../gateway/http-schemas.ts'
import { SamplingService } from './sampling-service.ts'
import { listSamplings } from './sampling-store.ts'
import type { SamplingTable } from './sampling-table.ts'
import type { UsageMeter } from './usage-meter.ts'

interface Ports {
  readonly knex: Knex
  readonly samplings: SamplingTable
  readonly meter: UsageMeter
}

interface Named {
  readonly tenant: string
  readonly name: string
}

/** One in ten: enough to see anything that happens, and the rest of the price is left to the calls. */
const MAX_SHARE_BP = 1000

const tags = ['invocations']
const params = strictObject({ tenant: idSchema, name: pluginNameSchema }, ['tenant', 'name'])

/** What a plugin takes in a tenant, and of which versions good calls are kept too. */
export function samplingRoutes(app: FastifyInstance, { knex, samplings, meter }: Ports): void {
  const service = new SamplingService(knex, samplings)
  app.get<{ Params: Named }>(
    '/v1/tenants/:tenant/plugins/:name/usage',
    {
      config: { action: 'usage.read' },
      schema: {
        tags,
        summary: 'What the versions of a plugin took in a tenant on this node since it started',
        params,
      },
    },
    async (request) => {
      const { tenant, name } = request.params
      return { items: meter.of(tenant, name).map(shownUsage) }
    },
  )
  app.get<{ Params: Named }>(
    '/v1/tenants/:tenant/plugins/:name/sampling',
    {
      config: { action: 'sampling.read' },
      schema: { tags, summary: 'Of which versions a share of the good calls is kept', params },
    },
    async (request) => {
      const { tenant, name } = request.params
      const found = await listSamplings(knex, { tenant, plugin: name })
      return { items: found.map(({ version, shareBp }) => ({ version, shareBp })) }
    },
  )
  app.put<{ Params: Named; Body: { version: string; shareBp: number } }>(
    '/v1/tenants/:tenant/plugins/:name/sampling',
    {
      config: { action: 'sampling.write' },
      schema: {
        tags,
        summary: 'Have a share of the good calls of a version kept, in basis points; 0 ends it',
        params,
        body: strictObject(
          {
            version: versionSchema,
            shareBp: { type: 'integer', minimum: 0, maximum: MAX_SHARE_BP },
          },
          ['version', 'shareBp'],
        ),
      },
    },
    async (request) => {
      const { tenant, name: plugin } = request.params
      const { version, shareBp } = request.body
      await service.set(callerOf(request), { tenant, plugin, version, shareBp })
      return { version, shareBp }
    },
  )
}

function shownUsage({
  version,
  calls,
  cpuMs,
  peakHeapMb,
  bytesOut,
  hostCalls,
}: ReturnType<UsageMeter['of']>[number]) {
  return { version, calls, cpuMs: Math.round(cpuMs * 1000) / 1000, peakHeapMb, bytesOut, hostCalls }
}
