import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { callerOf } from '../gateway/guard.ts'
import { pluginNameSchema, strictObject } from '../gateway/http-schemas.ts'
import type { OutlookReader } from './outlook-reader.ts'
import { type UpdateMode, updateModes } from './update-decision.ts'
import type { UpdateService } from './update-service.ts'
import { listAttempts } from './update-store.ts'

interface Ports {
  readonly knex: Knex
  readonly outlooks: OutlookReader
  readonly updates: UpdateService
}

const tags = ['plugins']
const params = strictObject({ name: pluginNameSchema }, ['name'])

/** Newer versions shown, the newest first. */
const MOST_SHOWN = 50

/** Automatic updates of a plugin: the operator's. */
export function updateRoutes(app: FastifyInstance, ports: Ports): void {
  app.get<{ Params: { name: string } }>(
    '/v1/plugins/:name/updates',
    {
      config: { action: 'plugin.update' },
      schema: {
        tags,
        summary:
          'Newer versions of a plugin: which is rolled out next by itself, and what keeps the others',
        params,
      },
    },
    async (request) => describe(ports, request.params.name),
  )
  app.put<{ Params: { name: string }; Body: { updates: UpdateMode; minimumAgeHours?: number } }>(
    '/v1/plugins/:name/updates',
    {
      config: { action: 'plugin.update' },
      schema: {
        tags,
        summary:
          'Say which newer versions are rolled out by themselves, and how old they have to be',
        params,
        body: strictObject(
          {
            updates: { enum: updateModes },
            minimumAgeHours: { type: 'integer', minimum: 0, maximum: 8760 },
          },
          ['updates'],
        ),
      },
    },
    async (request) => {
      const { name } = request.params
      const { updates, minimumAgeHours = 0 } = request.body
      await ports.updates.set(callerOf(request), name, { updates, minimumAgeHours })
      return describe(ports, name)
    },
  )
}

async function describe({ knex, outlooks }: Ports, plugin: string) {
  const { mode, stable, minimumAgeHours, next, versions } = await outlooks.read(plugin)
  return {
    plugin,
    updates: mode,
    stable,
    minimumAgeHours,
    next,
    versions: versions.slice(0, MOST_SHOWN).map(({ version, publishedAt, reasons }) => ({
      version,
      publishedAt: new Date(publishedAt).toISOString(),
      waitsFor: reasons.map(({ code, kind, message, until }) => ({
        ...{ code, kind, message },
        ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
      })),
    })),
    attempts: await listAttempts(knex, plugin),
  }
}
