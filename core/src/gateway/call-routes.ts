import { CodedError } from '@signalbox/sdk/errors'
import { faultsOf } from '@signalbox/sdk/schema'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { parse } from 'secure-json-parse'
import type { CallRecord } from '../audit/call-audit.ts'
import type { ServiceAnswer, ServiceCall } from '../broker/call-scope.ts'
import type { CallerLeft } from '../broker/caller-left.ts'
import type { ServiceCaller } from '../broker/service-caller.ts'
import type { ByteAnswer } from '../broker/stream-attempt.ts'
import { coreErrors } from '../errors.ts'
import { appOf, secretOf } from '../identity/authenticate.ts'
import { isAuthorised } from '../identity/authorise.ts'
import { actorOf, type Principal } from '../identity/principal.ts'
import type { Snapshot, Subscription } from '../rollout/routing/snapshot.ts'
import { ByteAnswers } from './byte-answers.ts'
import { clientLeft } from './client-left.ts'
import type { Metrics } from './metrics.ts'
import { rateLimitHeaders } from './rate-limit-headers.ts'
import type { RateLimiter } from './rate-limiter.ts'

interface Ports {
  readonly snapshot: () => Snapshot
  readonly caller: ServiceCaller
  readonly limiter: RateLimiter
  readonly audit: { add(record: CallRecord): void }
  readonly metrics: Metrics
  /** Who uses what: whom a new version of a service would break. */
  readonly uses: { add(subscription: string, operation: string): void }
  readonly now: () => number
}

type CallPorts = Ports & { readonly byteAnswers: ByteAnswers }

interface Params {
  readonly service: string
  readonly major: string
  readonly operation: string
}

type CallRequest = FastifyRequest<{ Params: Params }>

interface Call {
  readonly startedAt: number
  readonly left: CallerLeft
  isAccounted: boolean
  principal: Principal
  subscription: Subscription | undefined
  answer: Pick<ServiceAnswer, 'version'> | undefined
  /** Of an answer of bytes, which may be cut after its head was sent. */
  isStream: boolean
  failure: CodedError | undefined
  safe: boolean
  /** What was called, once it is known to exist: only then may it become a label or a subject. */
  target: { readonly service: string; readonly operation: string } | undefined
  /** The version it was given first: of a call that failed there is no answer that names one. */
  picked: string | undefined
}

declare module 'fastify' {
  interface FastifyRequest {
    call: Call | undefined
  }
}

/** The largest body any plugin may allow; each version's own limit is checked when it is known. */
const MAX_BODY_BYTES = 8 * 1024 * 1024

/**
 * Calling a data service: authenticate → subscription and scope → burst → body → contract → version → lane.
 * What can be refused from the head alone is refused before the body is read.
 */
export function callRoutes(app: FastifyInstance, ports: Ports): void {
  const byteAnswers = new ByteAnswers(app)
  app.decorateRequest('call')
  // A logger of its own for each call costs as much as its authentication; what a call logs names its trace.
  app.setChildLoggerFactory((logger) => logger)
  app.removeAllContentTypeParsers()
  // The body stays text: it is parsed once, for the contract, and goes to the guest as it came.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  )
  app.addHook('onRequest', (request, reply, done) => {
    admit(ports, request as CallRequest, reply)
    done()
  })
  app.addHook('onError', (request, _reply, error, done) => {
    if (request.call !== undefined && error instanceof CodedError) request.call.failure = error
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    if (request.call?.isStream !== true) account(ports, request as CallRequest, reply)
    done()
  })
  app.route<{ Params: Params }>({
    method: ['GET', 'POST'],
    url: '/api/:service/v:major(^\\d{1,3})/:operation',
    bodyLimit: MAX_BODY_BYTES,
    config: { action: 'service.call' },
    schema: { tags: ['data services'], summary: 'Call an operation of a data service' },
    handler: (request, reply) => answerWatched({ ...ports, byteAnswers }, request, reply),
  })
}

/** Everything the head of the request decides. */
function admit({ snapshot, limiter, now }: Ports, request: CallRequest, reply: FastifyReply): void {
  const call: Call = {
    startedAt: now(),
    left: clientLeft(reply),
    isAccounted: false,
    principal: { kind: 'anonymous' },
    subscription: undefined,
    answer: undefined,
    isStream: false,
    failure: undefined,
    safe: true,
    target: undefined,
    picked: undefined,
  }
  request.call = call
  const secret = secretOf(request.headers)
  const current = snapshot()
  const principal = secret === undefined ? undefined : appOf(current, secret)
  if (principal === undefined || !isAuthorised(principal, 'service.call', {})) {
    throw coreErrors.create('AUTHENTICATION_REQUIRED')
  }
  call.principal = principal
  const subscription = current.subscriptions.get(principal.subscription)
  if (subscription === undefined) throw coreErrors.create('AUTHENTICATION_REQUIRED')
  call.subscription = subscription
  requireSubscribed(subscription, request.params)
  const verdict = limiter.take(subscription.id, subscription.limit)
  rateLimitHeaders(reply, subscription.limit, verdict)
  if (!verdict.allowed) {
    const { plan, limit } = subscription
    throw coreErrors.create(
      'RATE_LIMITED',
      { plan, rate: limit.ratePerS, burst: limit.burst },
      { retryAfterS: Math.ceil(verdict.retryAfterMs / 1000) },
    )
  }
}

function requireSubscribed(subscription: Subscription, params: Params): void {
  const { id, state, scopes } = subscription
  if (state === 'suspended') throw coreErrors.create('SUBSCRIPTION_SUSPENDED', { subscription: id })
  if (state !== 'active') {
    throw coreErrors.create('SUBSCRIPTION_INACTIVE', { subscription: id, state })
  }
  const { service, major, operation } = params
  const covered =
    subscription.service === service &&
    subscription.major === Number(major) &&
    (scopes === null || scopes.includes(operation))
  if (covered) return
  throw coreErrors.create('SCOPE_MISSING', { subscription: id, service, major, operation })
}

async function answerWatched(
  ports: CallPorts,
  request: CallRequest,
  reply: FastifyReply,
): Promise<string | FastifyReply> {
  const call = request.call as Call
  try {
    return await answer(ports, request, reply)
  } catch (error) {
    call.failure = error instanceof CodedError ? error : coreErrors.create('INTERNAL')
    throw error
  } finally {
    // Of a connection that is gone there is no response to be told of.
    if (call.left.aborted && !call.isStream) account(ports, request, reply)
  }
}

async function answer(
  ports: CallPorts,
  request: CallRequest,
  reply: FastifyReply,
): Promise<string | FastifyReply> {
  const { caller, now } = ports
  const call = request.call as Call
  const subscription = call.subscription as Subscription
  const { service, operation } = request.params
  const major = Number(request.params.major)
  const { tenant } = subscription
  const routed = {
    tenant,
    principal: { kind: 'app', id: subscription.app },
    service,
    major,
    operation,
    requestId: request.trace.spanId,
  } as const
  const before = caller.target(routed)
  call.safe = before.operation.definition.safe === true
  call.target = { service, operation }
  call.picked = before.version?.version
  requireSize(request.body, before.version?.limits.payloadKb)
  const { input, inputJson } = readInput(request, before.operation, call.safe)
  const target = caller.targetOf(before, { ...routed, input })
  call.picked = target.version?.version
  const asked: ServiceCall = {
    ...routed,
    input,
    inputJson,
    traceId: request.trace.traceId,
    deadline: now() + target.operation.deadlineMs,
    chain: [],
    left: call.left,
  }
  if (target.operation.definition.delivery === 'bytes') {
    const answered = await caller.streamTarget(target, asked)
    call.answer = answered
    call.isStream = true
    return sendBytes(ports, request, answered, reply)
  }
  const answered = await caller.callTarget(target, asked)
  call.answer = answered
  reply.header('content-type', 'application/json; charset=utf-8')
  reply.header('signalbox-version', answered.version)
  return answered.outputJson
}

function sendBytes(
  ports: CallPorts,
  request: CallRequest,
  answered: ByteAnswer,
  reply: FastifyReply,
): FastifyReply {
  // Of a connection that breaks off there is no response to be told of: only its close, which may be over by now.
  if (reply.raw.closed) account(ports, request, reply)
  else reply.raw.once('close', () => account(ports, request, reply))
  reply.header('signalbox-version', answered.version)
  return ports.byteAnswers.send(reply, answered, (error) => {
    if (request.call !== undefined) request.call.failure = error
  })
}

interface Input {
  readonly input: unknown
  readonly inputJson: string
}

function readInput(
  request: CallRequest,
  operation: { name: string; validateQuery: ((value: unknown) => boolean) & object },
  safe: boolean,
): Input {
  if (request.method === 'POST') return readBody(request.body)
  if (!safe) throw coreErrors.create('METHOD_NOT_SAFE', { operation: operation.name })
  const query = { ...(request.query as object) }
  if (!operation.validateQuery(query)) {
    const faults = faultsOf(operation.validateQuery as Parameters<typeof faultsOf>[0])
    throw coreErrors.create('INPUT_INVALID', {}, { faults })
  }
  return { input: query, inputJson: JSON.stringify(query) }
}

function readBody(body: unknown): Input {
  const text = typeof body === 'string' ? body : ''
  try {
    // The parser would skip it, the guest's would not (RFC 8259 §8.1).
    if (text.startsWith('\uFEFF')) throw new SyntaxError('it starts with a byte order mark')
    // `__proto__` in a body is an attack, never data.
    return { input: parse(text, { protoAction: 'error' }), inputJson: text }
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 120) : 'no JSON'
    throw coreErrors.create('BODY_UNREADABLE', { reason }, { cause: error })
  }
}

/** Before it is parsed: what a version may not be given is not worth reading. */
function requireSize(body: unknown, limitKb: number | undefined): void {
  if (limitKb === undefined || typeof body !== 'string') return
  if (Buffer.byteLength(body) <= limitKb * 1024) return
  throw coreErrors.create('BODY_TOO_LARGE', { limitKb })
}

/** After the reply: what the call leaves in metrics and audit. */
function account(
  { audit, metrics, uses, now }: Ports,
  request: CallRequest,
  reply: FastifyReply,
): void {
  const { call } = request
  if (call === undefined || call.isAccounted) return
  call.isAccounted = true
  // The audit says what became of the call, and the metrics what its caller had of it.
  const outcome = outcomeOf(call, reply)
  const heard = call.left.aborted && !call.isStream ? 'CORE_CALLER_LEFT' : outcome
  // Neither a stranger's path nor a plugin's own refusal may make a label: each would live for ever.
  const service = call.subscription?.service ?? 'unknown'
  const labels = call.target ?? { service, operation: 'unknown' }
  const version = call.answer?.version ?? call.picked ?? 'none'
  metrics.calls.inc({ ...labels, version, outcome: labelOf(heard) })
  if (heard === 'done') metrics.callSeconds.observe(labels, (now() - call.startedAt) / 1000)
  if (call.target !== undefined && call.subscription !== undefined) {
    uses.add(call.subscription.id, call.target.operation)
  }
  audit.add({
    tenant: call.subscription?.tenant ?? null,
    actor: actorOf(call.principal),
    subject: call.target === undefined ? service : subjectOf(request.params),
    outcome,
    traceId: request.trace.traceId,
    safe: call.safe,
  })
}

function outcomeOf({ failure, isStream }: Call, { raw, statusCode }: FastifyReply): string {
  if (failure !== undefined) return failure.code
  // Its head said 200; what it came to, the connection says.
  if (isStream && !raw.writableFinished) return 'CORE_CALLER_LEFT'
  return statusCode < 400 ? 'done' : `HTTP_${statusCode}`
}

function labelOf(outcome: string): string {
  return /^(done$|CORE_|SBX_|HTTP_)/.test(outcome) ? outcome : 'refused'
}

function subjectOf({ service, major, operation }: Params): string {
  return `${service}@${major}/${operation}`
}
