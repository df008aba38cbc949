import type { FastifyInstance } from 'fastify'
import type { Metrics } from './metrics.ts'

/**
 * One line and one count a request of the administration and the registry. Calls of data services have
 * their own metrics and audit: a line each would cost more than the call.
 */
export function requestLog(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none'
    metrics.requests.inc({ method: request.method, route, status: reply.statusCode })
    // The route's pattern, not the URL: npm's logout has a token in its path.
    request.log.info(
      {
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    )
    done()
  })
}
