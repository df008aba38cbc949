import type { FastifyInstance } from 'fastify'
import { callerOf } from '../gateway/guard.ts'
import { strictObject, versionSchema } from '../gateway/http-schemas.ts'
import type { RetryWish } from './retry-rollout.ts'
import { rolloutIdSchema } from './rollout-id-schema.ts'
import type { RolloutService } from './rollout-service.ts'

/** Trying again what was taken back: the operator's. */
export function retryRoute(
  app: FastifyInstance,
  { rollouts }: { readonly rollouts: RolloutService },
): void {
  app.post<{ Params: { id: string }; Body: RetryWish }>(
    '/v1/rollouts/:id/retry',
    {
      config: { action: 'rollout.write' },
      schema: {
        tags: ['rollouts'],
        summary: 'Plan once more what was taken back, with the same plan and draw; start it then',
        params: strictObject({ id: rolloutIdSchema }, ['id']),
        body: strictObject({ version: versionSchema, force: { type: 'boolean' } }, []),
      },
    },
    async (request, reply) => {
      const rollout = await rollouts.retry(callerOf(request), request.params.id, request.body)
      return reply.code(201).send(rollout)
    },
  )
}
