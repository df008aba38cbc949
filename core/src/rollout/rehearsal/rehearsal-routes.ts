import type { FastifyInstance } from 'fastify'
import { callerOf } from '../../gateway/guard.ts'
import { strictObject } from '../../gateway/http-schemas.ts'
import { rolloutIdSchema } from '../rollout-id-schema.ts'
import { differenceSentence, rehearsalSentence } from './rehearsal-sentences.ts'
import type { RehearsalService } from './rehearsal-service.ts'
import type { Rehearsal } from './rehearsal-store.ts'

const tags = ['rollouts']
const params = strictObject({ id: rolloutIdSchema }, ['id'])

/** Whether a rollout's migration can be taken back, and letting through one that cannot: the operator's. */
export function rehearsalRoutes(app: FastifyInstance, rehearsals: RehearsalService): void {
  app.get<{ Params: { id: string } }>(
    '/v1/rollouts/:id/rehearsal',
    {
      config: { action: 'rollout.read' },
      schema: { tags, summary: 'What rehearsing the migration of a rollout found', params },
    },
    async (request) => shown(await rehearsals.ofRollout(request.params.id)),
  )
  app.post<{ Params: { id: string } }>(
    '/v1/rollouts/:id/rehearsal',
    {
      config: { action: 'rollout.write' },
      schema: { tags, summary: 'Rehearse the migration of a rollout once more', params },
    },
    async (request) => shown(await rehearsals.again(request.params.id)),
  )
  app.post<{ Params: { id: string }; Body: { reason: string } }>(
    '/v1/rollouts/:id(^[^:]+):::verb(^override-rehearsal$)',
    {
      config: { action: 'rollout.write' },
      schema: {
        tags,
        summary: 'Let a migration through that cannot be taken back, with the reason in writing',
        body: strictObject({ reason: { type: 'string', minLength: 10, maxLength: 500 } }, [
          'reason',
        ]),
      },
    },
    async (request) => {
      const { id } = request.params
      return shown(await rehearsals.override(callerOf(request), id, request.body.reason))
    },
  )
}

function shown(found: Rehearsal | undefined) {
  const sentence = rehearsalSentence(found)
  if (found === undefined) return { verdict: 'pending', sentence, differences: [] }
  const { verdict, report, rehearsedAt, override, plugin, from, to } = found
  const { steps, rows, tookMs, leftOut } = report
  return {
    plugin,
    from,
    to,
    verdict,
    sentence,
    differences: report.differences.map((difference) => ({
      ...difference,
      sentence: differenceSentence(difference),
    })),
    leftOut,
    steps,
    rows,
    tookMs,
    rehearsedAt,
    override,
  }
}
