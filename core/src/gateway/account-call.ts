import type { FastifyReply } from 'fastify'
import type { CallAudit, CallRecord } from '../audit/call-audit.ts'
import { STREAM } from '../catalog/event-scope.ts'
import { actorOf, tenantOfPrincipal } from '../identity/principal.ts'
import type { OpenUsage } from '../usage/open-usage.ts'
import type { Call, CallParams, CallRequest } from './call.ts'
import type { CallClass } from './call-tally.ts'
import type { Metrics } from './metrics.ts'

export interface AccountPorts {
  readonly audit: Pick<CallAudit, 'add' | 'addRead'>
  readonly usage: {
    readonly recorder: Pick<OpenUsage['recorder'], 'admit' | 'count' | 'follow'>
    readonly levels: Pick<OpenUsage['levels'], 'add'>
  }
  readonly metrics: Metrics
  readonly now: () => number
}

/** After the reply: what the call leaves in metrics, once; and in the audit, where nothing was sent. */
export function accountCall(ports: AccountPorts, request: CallRequest, reply: FastifyReply): void {
  const { call } = request
  if (call === undefined || call.isAccounted) return
  call.isAccounted = true
  auditCall(ports, request, reply)
  countUse(ports, request, reply)
  const { metrics, usage, now } = ports
  // The audit says what became of the call, and the metrics what its caller had of it.
  const outcome = outcomeOf(call, reply)
  const heard = call.left.aborted && !call.isStream ? 'CORE_CALLER_LEFT' : outcome
  // Neither a stranger's path nor a plugin's own refusal may make a label: each would live for ever.
  const service = call.subscription?.service ?? call.target?.service ?? 'unknown'
  const operation = call.target?.operation ?? 'unknown'
  const version = call.answer?.version ?? call.picked ?? 'none'
  const at = now()
  const ms = at - call.startedAt
  const label = labelOf(heard)
  const kind = classOf(heard, call, reply)
  metrics.calls.add({
    service,
    operation,
    version,
    outcome: label,
    class: kind,
    seconds: ms / 1000,
  })
  // A refusal of the plugin's own is an answer; what the host refuses says nothing of the service.
  const isFailed = kind === 'failed'
  const isKnown = service !== 'unknown' && request.params.operation !== STREAM
  if (isKnown && (isFailed || kind === 'ok' || label === 'refused')) {
    const tenant = tenantOfPrincipal(call.principal) ?? ''
    const major = Number(request.params.major)
    const called = { tenant, service, major, version, isFailed, ms, at }
    usage.levels.add(called, call.subscription)
  }
}

/** What its subscriber used; of a stranger nothing. */
function countUse(
  { usage }: Pick<AccountPorts, 'usage'>,
  { call, headers, method, body }: CallRequest,
  reply: FastifyReply,
): void {
  if (call?.subscription === undefined) return
  usage.recorder.count({
    subscription: call.subscription,
    operation: call.target?.operation ?? 'unknown',
    version: call.answer?.version ?? call.picked ?? 'none',
    // An answer of bytes that failed had said 200 by then.
    status: call.failure?.status ?? reply.statusCode,
    // What comes in pieces says no length; it is text by now.
    bytesIn:
      lengthOf(headers['content-length']) ||
      (typeof body === 'string' ? Buffer.byteLength(body) : 0),
    bytesOut: bytesOutOf(call, method, reply),
    taken: call.taken,
    use: call.use,
  })
}

/** HEAD tells the length of what GET would send. Of a stream it is what the connection was given, with its framing. */
function bytesOutOf({ sent }: Call, method: string, reply: FastifyReply): number {
  if (method === 'HEAD') return 0
  return sent === undefined ? lengthOf(reply.getHeader('content-length')) : sent()
}

function lengthOf(header: unknown): number {
  const length = Number(header)
  return Number.isSafeInteger(length) && length > 0 ? length : 0
}

/** Once a call; before its answer leaves, so that what somebody was told of is on record. */
export function auditCall(
  { audit }: Pick<AccountPorts, 'audit'>,
  request: CallRequest,
  reply: FastifyReply,
): void {
  const { call } = request
  if (call === undefined || call.isAudited) return
  call.isAudited = true
  const outcome = outcomeOf(call, reply)
  const { subscription, target } = call
  if (outcome === 'done' && call.safe && subscription !== undefined && target !== undefined) {
    audit.addRead(subscription, target.operation, () => recordOf(call, request, outcome))
  } else audit.add(recordOf(call, request, outcome))
}

function recordOf(call: Call, request: CallRequest, outcome: string): CallRecord {
  const service = call.subscription?.service ?? call.target?.service ?? 'unknown'
  return {
    tenant: tenantOfPrincipal(call.principal) ?? null,
    actor: actorOf(call.principal),
    subject: call.target === undefined ? service : subjectOf(request.params),
    outcome,
    traceId: request.trace.traceId,
    safe: call.safe,
    ...(outcome === 'done' ? {} : { address: request.ip }),
  }
}

function outcomeOf({ failure, isStream }: Call, { raw, statusCode }: FastifyReply): string {
  if (failure !== undefined) return failure.code
  // Its head said 200; what it came to, the connection says.
  if (isStream && !raw.writableFinished) return 'CORE_CALLER_LEFT'
  return statusCode < 400 ? 'done' : `HTTP_${statusCode}`
}

function classOf(heard: string, { failure }: Call, { statusCode }: FastifyReply): CallClass {
  if (heard === 'done') return 'ok'
  if (heard === 'CORE_CALLER_LEFT') return 'left'
  const status = failure?.status ?? statusCode
  if (status === 429) return 'limited'
  return status < 500 ? 'refused' : 'failed'
}

function labelOf(outcome: string): string {
  return outcome === 'done' || /^(CORE_|SBX_|HTTP_)/.test(outcome) ? outcome : 'refused'
}

function subjectOf({ service, major, operation }: CallParams): string {
  return `${service}@${major}/${operation}`
}
