import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { callerOf } from '../../gateway/guard.ts'
import { idSchema, pluginNameSchema, strictObject } from '../../gateway/http-schemas.ts'
import { describeUses } from './describe-uses.ts'
import { narrowGrant } from './narrow-service.ts'
import type { UseRecorder } from './use-recorder.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: { reach(generation: number): Promise<void> }
  readonly uses: UseRecorder
  readonly visible: ReadonlySet<string>
  readonly now: () => number
}

interface Named {
  readonly tenant: string
  readonly name: string
}

const tags = ['plugins of a tenant']
const named = { tenant: idSchema, name: pluginNameSchema } as const
const grantSchema = { type: 'string', pattern: '^grt_[0-9a-f]{16}$' } as const

/** As long as a completed rollout can be taken back: then the version has shown what it does. */
const MIN_DAYS = 7

/** What a plugin really used of its grants, what it could do without, and doing so. */
export function useRoutes(app: FastifyInstance, ports: Ports): void {
  app.get<{ Params: Named; Querystring: { minDays: number } }>(
    '/v1/tenants/:tenant/plugins/:name/uses',
    {
      config: { action: 'use.read' },
      schema: {
        tags,
        summary: 'What a plugin used of its grants, and what could be taken back',
        params: strictObject(named, ['tenant', 'name']),
        querystring: strictObject(
          { minDays: { type: 'integer', minimum: 0, maximum: 100, default: MIN_DAYS } },
          [],
        ),
      },
    },
    async (request) => {
      const { tenant, name } = request.params
      return describeUses(ports, tenant, name, request.query.minDays)
    },
  )
  app.put<{
    Params: Named & { grant: string }
    Body: { parameters: Readonly<Record<string, unknown>> }
  }>(
    '/v1/tenants/:tenant/plugins/:name/grants/:grant',
    {
      config: { action: 'grant.write' },
      schema: {
        tags,
        summary: 'Put a narrower grant in the place of one',
        params: strictObject({ ...named, grant: grantSchema }, ['tenant', 'name', 'grant']),
        body: strictObject({ parameters: { type: 'object' } }, ['parameters']),
      },
    },
    async (request) => {
      const { tenant, name: plugin, grant } = request.params
      const { parameters } = request.body
      const owner = { tenant, plugin, grant }
      const { hash: _, ...shown } = await narrowGrant(ports, callerOf(request), owner, parameters)
      return shown
    },
  )
}
