import type { FastifyInstance } from 'fastify'
import type { Metrics } from './metrics.ts'
import { auditRefusals } from './refusal-audit.ts'
import { requestLog } from './request-log.ts'

/** What of the administration and the registry is logged and audited. */
export function onRecord(
  scope: FastifyInstance,
  metrics: Metrics,
  audit: Parameters<typeof auditRefusals>[1],
): void {
  requestLog(scope, metrics)
  auditRefusals(scope, audit)
}
