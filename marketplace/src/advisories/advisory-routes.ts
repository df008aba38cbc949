import type { FastifyInstance } from 'fastify'

/**
 * What `npm install` asks after each run. No advisory is known here, and the answer says so; the gzipped list
 * of installed packages is not read, so there is no bomb to unpack.
 */
export async function advisoryRoutes(app: FastifyInstance): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null))
  app.post('/-/npm/v1/security/advisories/bulk', () => ({}))
}
