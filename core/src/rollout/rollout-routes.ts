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
import { ifMatchPattern, tagsIn } from '../gateway/if-match.ts'
import type { Page } from '../identity/identity-store.ts'
import { assignmentRoute } from './cohorts/assignment-routes.ts'
import { cohortRoutes } from './cohorts/cohort-routes.ts'
import { requireRollout } from './describe-rollout.ts'
import { kindSchema } from './documents/document-subject.ts'
import { analysisRoute } from './evidence/analysis-routes.ts'
import { type GivenCommand, givenByHand } from './given-by-hand.ts'
import type { Ground } from './move-rollout.ts'
import { tenantFeed } from './news/tenant-feed.ts'
import { nodeRoutes } from './nodes/node-routes.ts'
import { approvalRoutes } from './plan/approval-routes.ts'
import { validateRoutes } from './plan/validate-routes.ts'
import { wishSchema } from './plan/wish-schema.ts'
import { retryRoute } from './retry-routes.ts'
import { rolloutEvents } from './rollout-events.ts'
import { rolloutFeed } from './rollout-feed.ts'
import { rolloutIdSchema } from './rollout-id-schema.ts'
import { rolloutPage } from './rollout-page.ts'
import type { RolloutService, RolloutWish } from './rollout-service.ts'
import { rolloutCommands } from './rollout-states.ts'
import { listRollouts, type Rollout } from './rollout-store.ts'
import type { InFlight } from './routing/in-flight.ts'
import type { RoutingTable } from './routing/routing-table.ts'
import { showRollout } from './shown-rollout.ts'
import { freezeRoutes } from './standstill/freeze-routes.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
  readonly rollouts: RolloutService
  readonly inFlight: InFlight
}

const tags = ['rollouts']
const params = strictObject({ id: rolloutIdSchema }, ['id'])
/** The `revision` of a rollout, as an entity tag, or as it is. */
const revisionSchema = {
  type: 'string',
  maxLength: 4000,
  pattern: `^(?:[0-9]{1,15}|${ifMatchPattern})$`,
} as const
const reasonSchema = { type: 'string', minLength: 1, maxLength: 500 } as const

/** Of others, `rollback` and `approve` have routes of their own, and `bake` is the controller's. */
type Command = Exclude<GivenCommand, 'rollback'>
const commands = rolloutCommands.filter(
  (command) => !['rollback', 'approve', 'bake', 'supersede'].includes(command),
)

/** Switching a version in gradually, and taking it back: the operator's. */
export function rolloutRoutes(app: FastifyInstance, ports: Ports): void {
  const { knex, rollouts } = ports
  app.post<{ Body: RolloutWish }>(
    '/v1/rollouts',
    {
      config: { action: 'rollout.write' },
      schema: {
        tags,
        summary: 'Plan a rollout from the stable version to another; start it with :start',
        body: wishSchema,
      },
    },
    async (request, reply) => {
      const rollout = await rollouts.create(callerOf(request), request.body)
      return reply.code(201).send(rollout)
    },
  )
  app.get<{ Querystring: Page & { plugin?: string; kind?: string } }>(
    '/v1/rollouts',
    {
      config: { action: 'rollout.read' },
      schema: {
        tags,
        summary: 'List rollouts of plugins, or of the documents of a kind, the newest first',
        querystring: strictObject(
          { plugin: pluginNameSchema, kind: kindSchema, ...pageSchema },
          [],
        ),
      },
    },
    async (request) => {
      const { plugin, kind, limit, cursor } = request.query
      const rows = await listRollouts(knex, { plugin, kind, limit, cursor })
      return pageOf(rows.map(summaryOf), limit, (row) => row.id)
    },
  )
  app.get<{ Params: { id: string } }>(
    '/v1/rollouts/:id',
    {
      config: { action: 'rollout.read' },
      schema: { tags, summary: 'Where a rollout stands, and why', params },
    },
    async (request) => showRollout(ports, await requireRollout(knex, request.params.id)),
  )
  commandRoutes(app, ports)
  retryRoute(app, ports)
  rollbackRoute(app, ports)
  assignmentRoute(app, ports.routing)
  approvalRoutes(app, ports)
  cohortRoutes(app, knex)
  freezeRoutes(app, { knex, now: () => ports.routing.now() })
  nodeRoutes(app, knex)
  rolloutFeed(app, knex)
  tenantFeed(app, knex)
  rolloutEvents(app, ports)
  rolloutPage(app)
  validateRoutes(app, ports)
  analysisRoute(app, ports)
}

/** Of a list, without what may be long. */
function summaryOf({ lists, ...rollout }: Rollout) {
  return rollout
}

function commandRoutes(app: FastifyInstance, ports: Ports): void {
  app.post<{
    Params: { id: string; command: Command }
    Body: { reason?: string; supersedes?: boolean } | null
    Headers: { 'if-match'?: string }
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
        body: {
          type: ['object', 'null'],
          properties: { reason: reasonSchema, supersedes: { type: 'boolean' } },
        },
        headers: { type: 'object', properties: { 'if-match': revisionSchema } },
      },
    },
    async (request) => {
      const { id, command } = request.params
      const ground = {
        ...groundOf(request.body?.reason, command),
        ...(await seenOf(ports.knex, id, command, request.headers['if-match'])),
        ...supersedingOf(command, request.body?.supersedes),
      }
      return showRollout(
        ports,
        await ports.rollouts.command(callerOf(request), id, command, ground),
      )
    },
  )
}

function rollbackRoute(app: FastifyInstance, ports: Ports): void {
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
      const rollout = await ports.rollouts.rollback(
        callerOf(request),
        name,
        ground,
        request.body?.to,
      )
      return showRollout(ports, rollout)
    },
  )
}

/** @throws CORE_INPUT_INVALID: only a start ends another rollout */
function supersedingOf(command: Command, wish: boolean | undefined): Pick<Ground, 'supersedes'> {
  if (wish !== true) return {}
  if (command === 'start') return { supersedes: true }
  const fault = { pointer: '/supersedes', detail: 'is for start' }
  throw coreErrors.create('INPUT_INVALID', {}, { faults: [fault] })
}

/** The revision of a rollout whose tags are all weak, or no revisions. */
const NEVER = -1

/** What whoever gives the command has looked at. To go back is right whatever it was. */
async function seenOf(
  knex: Knex,
  id: string,
  command: Command,
  ifMatch: string | undefined,
): Promise<Pick<Ground, 'seen' | 'isStrict'>> {
  if (ifMatch === undefined || command === 'abort') return {}
  const tags = /^[0-9]/.test(ifMatch) ? [`"${ifMatch}"`] : tagsIn(ifMatch)
  if (tags === 'any') return {}
  // Of several the one that it has now; whether it still has it then is looked at where it is moved.
  const { revision } = await requireRollout(knex, id)
  const named = tags.map((tag) => Number(tag.slice(1, -1))).filter(Number.isInteger)
  const seen = named.includes(revision) ? revision : (named[0] ?? NEVER)
  return { seen: { revision: seen }, isStrict: true }
}

function groundOf(reason: string | undefined, command: GivenCommand): Ground {
  if (reason !== undefined) return { reason: { en: reason, 'zh-CN': reason } }
  return { reason: givenByHand[command] }
}
