import { CodedError, type Localized } from '@signalbox/sdk/errors'
import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { callerOf } from '../gateway/guard.ts'
import { pageOf, pageSchema, pluginNameSchema, strictObject } from '../gateway/http-schemas.ts'
import type { Page } from '../identity/identity-store.ts'
import type { OutlookReader } from './outlook-reader.ts'
import { candidateOf, type JudgedRelease, type UpdateMode, updateModes } from './update-decision.ts'
import type { UpdateService } from './update-service.ts'
import { findSetting, listAttempts } from './update-store.ts'

interface Ports {
  readonly knex: Knex
  readonly outlooks: OutlookReader
  readonly updates: UpdateService
}

const tags = ['plugins']
const params = strictObject({ name: pluginNameSchema }, ['name'])

/** Newer versions shown, the newest first. */
const MOST_SHOWN = 50

/** Each costs a look at its versions. */
const pages = {
  ...pageSchema,
  limit: { type: 'integer', minimum: 1, maximum: 50, default: 20 },
} as const

/** Automatic updates: the operator's. */
export function updateRoutes(app: FastifyInstance, ports: Ports): void {
  app.get<{ Querystring: Page }>(
    '/v1/updates',
    {
      config: { action: 'plugin.update' },
      schema: {
        tags,
        summary:
          'All plugins: what is in service, what is rolled out next by itself, and why not yet',
        querystring: strictObject(pages, []),
      },
    },
    async (request) => {
      const plugins = await ports.outlooks.plugins(request.query)
      const items: ShownUpdate[] = []
      for (const plugin of plugins) items.push(await inShort(ports, plugin))
      return pageOf(items, request.query.limit, ({ plugin }) => plugin)
    },
  )
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

interface ShownUpdate {
  readonly plugin: string
  readonly updates: UpdateMode
  /** Null: none is in service. */
  readonly stable: string | null
  readonly next: string | null
  /** The newest that may still come by itself, or else the newest; null: there is none newer. */
  readonly candidate: ReturnType<typeof shownRelease> | null
  /** Why it is not known: one plugin whose package cannot be read does not hide the others. */
  readonly fault: { readonly code: string; readonly message: Localized } | null
}

async function inShort(
  { knex, outlooks }: Ports,
  { name: plugin, stableVersion: stable }: { name: string; stableVersion: string | null },
): Promise<ShownUpdate> {
  const updates = (await findSetting(knex, plugin))?.mode ?? 'manual'
  const unknown = { plugin, updates, stable, next: null, candidate: null, fault: null }
  if (stable === null) return unknown
  try {
    const { next, versions } = await outlooks.read(plugin)
    const candidate = candidateOf(versions)
    const shown = candidate === undefined ? null : shownRelease(candidate)
    return { ...unknown, next, candidate: shown }
  } catch (error) {
    // An outage is no fault of a plugin.
    if (!(error instanceof CodedError) || error.status === 503) throw error
    const message = { en: error.message, 'zh-CN': error.localizedMessage('zh-CN') }
    return { ...unknown, fault: { code: error.code, message } }
  }
}

async function describe({ knex, outlooks }: Ports, plugin: string) {
  const { mode, stable, minimumAgeHours, next, versions } = await outlooks.read(plugin)
  return {
    plugin,
    updates: mode,
    stable,
    minimumAgeHours,
    next,
    versions: versions.slice(0, MOST_SHOWN).map(shownRelease),
    attempts: await listAttempts(knex, plugin),
  }
}

function shownRelease({ version, publishedAt, reasons }: JudgedRelease) {
  return {
    version,
    publishedAt: new Date(publishedAt).toISOString(),
    waitsFor: reasons.map(({ code, kind, message, until }) => ({
      ...{ code, kind, message },
      ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
    })),
  }
}
