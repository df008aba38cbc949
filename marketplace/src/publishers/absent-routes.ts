import type { FastifyInstance } from 'fastify'
import { marketplaceErrors } from '../errors.ts'
import { packagePatterns } from '../packages/package-routes.ts'

/**
 * Commands of npm for what this marketplace does not have. Each is told what to use in its place, before its body is
 * read: as paths that are not there, npm would say that a package is missing.
 */
export function absentRoutes(app: FastifyInstance): void {
  const refuse = (url: string, code: 'ORGS_ABSENT' | 'TRUST_ABSENT') =>
    app.all(url, {
      onRequest: async () => {
        throw marketplaceErrors.create(code)
      },
      handler: async () => undefined,
    })
  // `npm access list packages` asks for an organisation, and for a publisher where there is none of the name.
  app.get<{ Params: { org: string } }>('/-/org/:org/package', async ({ method, url }) => {
    throw marketplaceErrors.create('NOT_FOUND', { method, path: url })
  })
  // `npm org`, `npm team`, `npm access grant`.
  refuse('/-/org/*', 'ORGS_ABSENT')
  refuse('/-/team/*', 'ORGS_ABSENT')
  for (const pattern of packagePatterns) {
    refuse(`/-/package${pattern}/trust`, 'TRUST_ABSENT')
    refuse(`/-/package${pattern}/trust/:id`, 'TRUST_ABSENT')
  }
}
