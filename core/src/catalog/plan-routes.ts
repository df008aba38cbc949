import { planTermsProperties } from '@signalbox/sdk/plan-terms'
import type { FastifyInstance } from 'fastify'
import { callerOf } from '../gateway/guard.ts'
import { idSchema, majorSchema, serviceIdSchema, strictObject } from '../gateway/http-schemas.ts'
import type { PlanRef, PlanService, PlanWish } from './plan-service.ts'
import { type PlanCommand, planCommands } from './plan-states.ts'

const tags = ['catalog']
const path = '/v1/catalog/services/:id/versions/:major/plans/:name'
const refProperties = { id: serviceIdSchema, major: majorSchema, name: idSchema } as const

/** The terms of a service: the operator's. */
export function planRoutes(app: FastifyInstance, { plans }: { readonly plans: PlanService }): void {
  app.put<{ Params: PlanRef; Body: PlanWish }>(
    path,
    {
      config: { action: 'plan.write' },
      schema: {
        tags,
        summary: 'Make a plan, or its next version; who has the plan keeps the version agreed to',
        params: strictObject(refProperties, ['id', 'major', 'name']),
        body: strictObject(
          {
            ...planTermsProperties,
            status: { enum: ['staging', 'published'] },
            forSubscribers: { type: 'boolean' },
          },
          ['ratePerS', 'burst'],
        ),
      },
    },
    async (request) => plans.put(callerOf(request), request.params, request.body),
  )
  app.post<{ Params: PlanRef & { command: PlanCommand } }>(
    // Two colons are the router's way to write one.
    '/v1/catalog/services/:id/versions/:major/plans/:name(^[a-z0-9-]+):::command',
    {
      config: { action: 'plan.write' },
      schema: {
        tags,
        summary: 'Publish, deprecate or close a plan; with a closed one its subscriptions end',
        params: strictObject({ ...refProperties, command: { enum: planCommands } }, [
          'id',
          'major',
          'name',
          'command',
        ]),
      },
    },
    async (request) => {
      const { command, ...ref } = request.params
      return plans.command(callerOf(request), ref, command)
    },
  )
}
