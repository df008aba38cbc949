import { CodedError } from '@signalbox/sdk/errors'
import type { FastifyInstance } from 'fastify'
import type { CallRecord } from '../audit/call-audit.ts'
import { actorOf } from '../identity/principal.ts'

/** Of requests that were not let in; what else is refused changed nothing and tells nothing. */
const REFUSED: ReadonlySet<number> = new Set([401, 403, 429])

/** What is done by these is no change of the host's own, with an entry in its transaction, and no call of a service. */
const WRITES: ReadonlySet<string> = new Set(['event.send'])

/** Requests of the administration that are refused, and what apps send, on record before they are answered. */
export function auditRefusals(
  app: FastifyInstance,
  audit: { add(record: CallRecord): void },
): void {
  app.addHook('onError', (request, _reply, error, done) => {
    if (error instanceof CodedError && REFUSED.has(error.status)) {
      const principal = request.principal ?? { kind: 'anonymous' }
      audit.add({
        tenant: 'tenant' in principal ? principal.tenant : null,
        actor: actorOf(principal),
        action: 'request.refused',
        // The route's pattern: a path may hold a token, and is as long as a stranger likes.
        subject: `${request.method} ${request.routeOptions.url ?? 'none'}`,
        outcome: error.code,
        traceId: request.trace.traceId,
        safe: false,
        address: request.ip,
      })
    }
    done()
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    const { action } = request.routeOptions.config
    if (action !== undefined && WRITES.has(action) && reply.statusCode < 400) {
      const { principal, routeOptions, trace } = request
      audit.add({
        tenant: 'tenant' in principal ? principal.tenant : null,
        actor: actorOf(principal),
        action,
        subject: `${request.method} ${routeOptions.url}`,
        outcome: 'done',
        traceId: trace.traceId,
        safe: false,
      })
    }
    done(null, payload)
  })
}
