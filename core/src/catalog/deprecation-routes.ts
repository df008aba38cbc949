import type { FastifyInstance } from 'fastify'
import { callerOf } from '../gateway/guard.ts'
import {
  instantSchema,
  majorSchema,
  serviceIdSchema,
  strictObject,
} from '../gateway/http-schemas.ts'
import { MAX_BROWN_OUTS } from './deprecation.ts'
import { type DeprecationService, type ServiceRef, shown } from './deprecation-service.ts'

interface Wish {
  readonly deprecatedAt?: string
  readonly sunsetAt?: string
  readonly successor?: number
  readonly information?: string
  readonly brownOuts?: readonly { readonly from: string; readonly to: string }[]
}

const tags = ['catalog']
const path = '/v1/catalog/services/:id/versions/:major/deprecation'
const params = strictObject({ id: serviceIdSchema, major: majorSchema }, ['id', 'major'])

const bodySchema = strictObject(
  {
    deprecatedAt: instantSchema,
    sunsetAt: instantSchema,
    successor: majorSchema,
    // It goes into a header: no spaces, brackets, quotes or line breaks.
    information: { type: 'string', pattern: '^https?://[^\\s<>"]+$', maxLength: 500 },
    brownOuts: {
      type: 'array',
      maxItems: MAX_BROWN_OUTS,
      items: strictObject({ from: instantSchema, to: instantSchema }, ['from', 'to']),
    },
  },
  [],
)

/** The end of a major of a service: the operator's. */
export function deprecationRoutes(
  app: FastifyInstance,
  { deprecations, now }: { readonly deprecations: DeprecationService; readonly now: () => number },
): void {
  app.put<{ Params: ServiceRef; Body: Wish }>(
    path,
    {
      config: { action: 'service.deprecate' },
      schema: {
        tags,
        summary: 'Deprecate a major of a service: since when, until when, and what takes its place',
        params,
        body: bodySchema,
      },
    },
    async (request) => {
      const { deprecatedAt, sunsetAt, successor, information, brownOuts = [] } = request.body
      const schedule = {
        deprecatedAt: deprecatedAt === undefined ? now() : Date.parse(deprecatedAt),
        sunsetAt: sunsetAt === undefined ? null : Date.parse(sunsetAt),
        successor: successor ?? null,
        information: information ?? null,
        brownOuts: brownOuts.map(({ from, to }) => ({
          from: Date.parse(from),
          to: Date.parse(to),
        })),
      }
      return shown(await deprecations.put(callerOf(request), request.params, schedule))
    },
  )
  app.delete<{ Params: ServiceRef }>(
    path,
    {
      config: { action: 'service.deprecate' },
      schema: { tags, summary: 'Take a deprecation back', params },
    },
    async (request, reply) => {
      await deprecations.remove(callerOf(request), request.params)
      return reply.code(204).send()
    },
  )
}
