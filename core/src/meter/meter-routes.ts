import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { idSchema, pluginNameSchema, strictObject } from '../gateway/http-schemas.ts'
import type { MeterRecorder } from './meter-recorder.ts'
import { sumUnits } from './meter-store.ts'

interface Ports {
  readonly knex: Knex
  readonly meter: MeterRecorder
  readonly now: () => number
}

interface Query {
  readonly from?: string
  readonly to?: string
  readonly plugin?: string
  readonly limit: number
}

const DAY_MS = 24 * 3_600_000

const daySchema = { type: 'string', pattern: '^20\\d\\d-\\d\\d-\\d\\d$' } as const

/** What a tenant's calls were metered at. */
export function meterRoutes(app: FastifyInstance, { knex, meter, now }: Ports): void {
  app.get<{ Params: { tenant: string }; Querystring: Query }>(
    '/v1/tenants/:tenant/usage',
    {
      config: { action: 'usage.read' },
      schema: {
        tags: ['invocations'],
        summary:
          'Units that plugins metered, by caller and operation; the last 30 days, when no days are named',
        params: strictObject({ tenant: idSchema }, ['tenant']),
        querystring: strictObject(
          {
            from: daySchema,
            to: daySchema,
            plugin: pluginNameSchema,
            limit: { type: 'integer', minimum: 1, maximum: 1000, default: 200 },
          },
          [],
        ),
      },
    },
    async (request) => {
      const { from = dayOf(now() - 30 * DAY_MS), to = dayOf(now()), plugin, limit } = request.query
      requireDays({ from, to })
      await meter.flush()
      const { tenant } = request.params
      const items = await sumUnits(knex, { tenant, plugin, from, to, limit: limit + 1 })
      return { from, to, items: items.slice(0, limit), more: items.length > limit }
    },
  )
}

/** 2026-02-30 has the form of a day. */
function requireDays(days: Readonly<Record<string, string>>): void {
  for (const [name, day] of Object.entries(days)) {
    const instant = Date.parse(day)
    if (!Number.isNaN(instant) && dayOf(instant) === day) continue
    const faults = [{ pointer: `/${name}`, detail: 'must be a day, such as 2026-06-01' }]
    throw coreErrors.create('INPUT_INVALID', {}, { faults })
  }
}

function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10)
}
