import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { callerOf } from '../gateway/guard.ts'
import {
  pageOf,
  pageSchema,
  pluginNameSchema,
  strictObject,
  versionSchema,
} from '../gateway/http-schemas.ts'
import type { Page } from '../identity/identity-store.ts'
import { bucketOf, type CohortBy, cohortKey } from './cohort.ts'
import { describeRollout, requireRollout } from './describe-rollout.ts'
import { analysisRoute } from './evidence/analysis-routes.ts'
import { rolloutEvents } from './rollout-events.ts'
import { rolloutIdSchema } from './rollout-id-schema.ts'
import { rolloutPage } from './rollout-page.ts'
import type { Ground, RolloutService } from './rollout-service.ts'
import { type RolloutCommand, rolloutCommands } from './rollout-states.ts'
import { listRollouts } from './rollout-store.ts'
import type { RoutingTable } from './routing-table.ts'
import type { Step } from './steps.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
  readonly rollouts: RolloutService
}

const tags = ['rollouts']
const params = strictObject({ id: rolloutIdSchema }, ['id'])
const reasonSchema = { type: 'string', minLength: 1, maxLength: 500 } as const

/** Commands that a person gives; `rollback` has a route of the plugin's own. */
const commands = rolloutCommands.filter((command) => command !== 'rollback')

/** Switching a version in gradually, and taking it back: the operator's. */
export function rolloutRoutes(app: FastifyInstance, ports: Ports): void {
  const { knex, rollouts } = ports
  app.post<{
    Body: { plugin: string; version: string; steps?: Step[]; cohortBy?: CohortBy }
  }>(
    '/v1/rollouts',
    {
      config: { action: 'rollout.write' },
      schema: {
        tags,
        summary: 'Plan a rollout from the stable version to another; start it with :start',
        body: strictObject(
          {
            plugin: pluginNameSchema,
            version: versionSchema,
            steps: { type: 'array' },
            cohortBy: { enum: ['request', 'app', 'tenant'] },
          },
          ['plugin', 'version'],
        ),
      },
    },
    async (request, reply) => {
      const rollout = await rollouts.create(callerOf(request), request.body)
      return reply.code(201).send(rollout)
    },
  )
  app.get<{ Querystring: Page & { plugin?: string } }>(
    '/v1/rollouts',
    {
      config: { action: 'rollout.read' },
      schema: {
        tags,
        summary: 'List rollouts',
        querystring: strictObject({ plugin: pluginNameSchema, ...pageSchema }, []),
      },
    },
    async (request) => {
      const { plugin, limit, cursor } = request.query
      const rows = await listRollouts(knex, { plugin, limit, cursor })
      return pageOf(rows, limit, (row) => row.id)
    },
  )
  app.get<{ Params: { id: string } }>(
    '/v1/rollouts/:id',
    {
      config: { action: 'rollout.read' },
      schema: { tags, summary: 'Where a rollout stands, and why', params },
    },
    async (request) => describeRollout(knex, await requireRollout(knex, request.params.id)),
  )
  commandRoutes(app, ports)
  rollbackRoute(app, ports)
  assignmentRoute(app, ports)
  rolloutEvents(app, ports)
  rolloutPage(app)
  analysisRoute(app, ports)
}

function commandRoutes(app: FastifyInstance, { knex, rollouts }: Ports): void {
  app.post<{
    Params: { id: string; command: Exclude<RolloutCommand, 'rollback'> }
    Body: { reason?: string } | null
  }>(
    '/v1/rollouts/:id/:command',
    {
      config: { action: 'rollout.write' },
      schema: {
        tags,
        summary: 'Start, pause, resume, advance, promote or abort a rollout',
        params: strictObject({ id: rolloutIdSchema, command: { enum: commands } }, [
          'id',
          'command',
        ]),
        body: { type: ['object', 'null'], properties: { reason: reasonSchema } },
      },
    },
    async (request) => {
      const { id, command } = request.params
      const ground = groundOf(request.body?.reason, command)
      return describeRollout(knex, await rollouts.command(callerOf(request), id, command, ground))
    },
  )
}

function rollbackRoute(app: FastifyInstance, { knex, rollouts }: Ports): void {
  app.post<{ Params: { name: string }; Body: { to?: string; reason?: string } | null }>(
    '/v1/plugins/:name(^[^:]+):::rollback(^rollback$)',
    {
      config: { action: 'rollout.write' },
      schema: {
        tags,
        summary: 'Take the last completed rollout of a plugin back, at once',
        body: {
          type: ['object', 'null'],
          properties: { to: versionSchema, reason: reasonSchema },
        },
      },
    },
    async (request) => {
      const ground = groundOf(request.body?.reason, 'rollback')
      const { name } = request.params
      const rollout = await rollouts.rollback(callerOf(request), name, ground, request.body?.to)
      return describeRollout(knex, rollout)
    },
  )
}

/** Which version would serve a key, and why. */
function assignmentRoute(app: FastifyInstance, { routing }: Ports): void {
  app.get<{ Querystring: { plugin: string; tenant: string; key: string } }>(
    '/v1/assignment',
    {
      config: { action: 'rollout.read' },
      schema: {
        tags,
        summary: 'Which version would serve a request id, app or tenant, and why',
        querystring: strictObject(
          {
            plugin: pluginNameSchema,
            tenant: { type: 'string', maxLength: 100 },
            key: { type: 'string', minLength: 1, maxLength: 200 },
          },
          ['plugin', 'tenant', 'key'],
        ),
      },
    },
    async (request) => {
      const { plugin, tenant, key } = request.query
      const { snapshot } = routing
      const stable = snapshot.stable.get(plugin)
      if (stable === undefined) throw coreErrors.create('PLUGIN_MISSING', { plugin })
      const live = snapshot.rollouts.get(plugin)
      const { generation } = snapshot
      if (live === undefined)
        return {
          plugin,
          version: stable,
          arm: 'stable',
          generation,
          reason: 'no rollout shares its calls',
        }
      const { cohort, from, to, id } = live
      const unit = cohortKey(cohort.cohortBy, { requestId: key, tenant, app: key }) ?? ''
      const bucket = bucketOf(cohort.salt, unit)
      const isCanary = bucket < cohort.weightBp
      return {
        plugin,
        rollout: id,
        version: isCanary ? to : from,
        arm: isCanary ? 'canary' : 'stable',
        generation,
        bucket,
        weightBp: cohort.weightBp,
        reason: `${cohort.cohortBy} "${unit}" falls into bucket ${bucket} of 10000; the canary takes those below ${cohort.weightBp}`,
      }
    },
  )
}

function groundOf(reason: string | undefined, command: RolloutCommand): Ground {
  if (reason !== undefined) return { reason: { en: reason, 'zh-CN': reason } }
  return { reason: { en: `${command}, by hand`, 'zh-CN': `人工执行 ${command}` } }
}
