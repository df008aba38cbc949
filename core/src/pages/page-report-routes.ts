import type { FastifyInstance } from 'fastify'
import { pluginNameSchema, strictObject, versionSchema } from '../gateway/http-schemas.ts'
import type { PageReport, PageReports } from './page-reports.ts'

const MAX_MS = 600_000

const body = strictObject(
  {
    plugin: pluginNameSchema,
    version: versionSchema,
    outcome: { enum: ['shown', 'failed'] },
    ms: { type: 'integer', minimum: 0, maximum: MAX_MS },
    code: { type: 'string', pattern: '^[A-Z][A-Z0-9_]{0,59}$' },
    message: { type: 'string', maxLength: 500, pattern: '^[^\\u0000]*$' },
  },
  ['plugin', 'version', 'outcome', 'ms'],
)

/** What a page tells of itself when it came up, or did not. */
export function pageReportRoutes(app: FastifyInstance, reports: PageReports): void {
  app.post<{ Body: PageReport }>(
    '/v1/page-reports',
    {
      config: { action: 'page.report' },
      schema: {
        tags: ['plugins of a tenant'],
        summary: 'How a version of a page did in a browser; a rollout is judged by it',
        body,
      },
    },
    async (request, reply) => {
      const counted = reports.take(request, request.body, request.trace.traceId)
      return reply.code(202).send({ counted })
    },
  )
}
