import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import { callerOf, tenantOf } from '../../gateway/guard.ts'
import { idSchema, strictObject } from '../../gateway/http-schemas.ts'
import { describeRollout, requireRollout } from '../describe-rollout.ts'
import { rolloutIdSchema } from '../rollout-id-schema.ts'
import type { RolloutService } from '../rollout-service.ts'
import { listLiveRollouts, type Rollout } from '../rollout-store.ts'
import { isAsked } from './approval.ts'
import { approverView } from './approver-view.ts'
import { isApproval } from './steps.ts'

interface Ports {
  readonly knex: Knex
  readonly rollouts: RolloutService
}

const tags = ['rollouts']

/** The word of a tenant's admin, where a plan asks for it. */
export function approvalRoutes(app: FastifyInstance, { knex, rollouts }: Ports): void {
  app.get<{ Params: { tenant: string } }>(
    '/v1/tenants/:tenant/approvals',
    {
      config: { action: 'approval.list' },
      schema: {
        tags,
        summary: 'Rollouts that wait for an approval of this tenant, and what is known of them',
        params: strictObject({ tenant: idSchema }, ['tenant']),
      },
    },
    async (request) => {
      const { tenant } = request.params
      const live = await listLiveRollouts(knex)
      const asking = live.filter((rollout) => asks(rollout, `admin:${tenant}/`))
      const items = []
      for (const rollout of asking)
        items.push(approverView(await describeRollout(knex, rollout), tenant))
      return { items }
    },
  )
  app.post<{ Params: { id: string }; Body: { reason?: string } | null }>(
    '/v1/rollouts/:id/approve',
    {
      config: { action: 'rollout.approve' },
      schema: {
        tags,
        summary: 'Let a rollout go on that waits for an approval; not for who started it',
        params: strictObject({ id: rolloutIdSchema }, ['id']),
        body: {
          type: ['object', 'null'],
          properties: { reason: { type: 'string', minLength: 1, maxLength: 500 } },
        },
      },
    },
    async (request) => {
      const { id } = request.params
      const caller = callerOf(request)
      // To an admin who is not asked, the rollout is not there.
      if (!asks(await requireRollout(knex, id), caller.actor)) {
        throw coreErrors.create('ROLLOUT_MISSING', { rollout: id })
      }
      const said = request.body?.reason
      const reason =
        said === undefined ? { en: 'approved', 'zh-CN': '已审批' } : { en: said, 'zh-CN': said }
      const rollout = await rollouts.command(caller, id, 'approve', { reason })
      return approverView(await describeRollout(knex, rollout), tenantOf(request))
    },
  )
}

function asks({ state, steps, step }: Rollout, actor: string): boolean {
  const current = steps[step]
  return state === 'running' && isApproval(current) && isAsked(current, actor)
}
