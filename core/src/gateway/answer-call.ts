import { CodedError } from '@signalbox/sdk/errors'
import type { FastifyReply } from 'fastify'
import type { ServiceAnswer, ServiceCall } from '../broker/call-scope.ts'
import { requireInput, type ServiceCaller, type Target } from '../broker/service-caller.ts'
import { andThen, type Soon } from '../broker/soon.ts'
import type { ByteAnswer } from '../broker/stream-attempt.ts'
import { coreErrors } from '../errors.ts'
import { permissionReach } from '../identity/authorise.ts'
import type { Snapshot, Subscription } from '../rollout/routing/snapshot.ts'
import { useOf } from '../usage/call-use.ts'
import { type AccountPorts, accountCall } from './account-call.ts'
import { type AnswerCache, cacheKey } from './answers/answer-cache.ts'
import { type FieldMask, maskOf } from './answers/field-mask.ts'
import { sendAnswer } from './answers/send-answer.ts'
import type { ByteAnswers } from './byte-answers.ts'
import { type Call, type CallRequest, sentFrom } from './call.ts'
import { idempotencyKeyOf } from './idempotency/idempotency-key.ts'
import type { IdempotentCalls } from './idempotency/idempotent-calls.ts'
import { readInput, requireSize } from './read-input.ts'

export interface AnswerPorts extends AccountPorts {
  readonly snapshot: () => Snapshot
  readonly caller: ServiceCaller
  readonly cache: AnswerCache
  readonly idempotent: IdempotentCalls
  readonly byteAnswers: ByteAnswers
  /** Milliseconds on a clock that never runs backwards. */
  readonly monotonic: () => number
}

type Answered = string | Buffer | FastifyReply

/** All that needs the body. Whatever is thrown is noted for the account. */
export async function answerCall(
  ports: AnswerPorts,
  request: CallRequest,
  reply: FastifyReply,
): Promise<Answered> {
  const call = request.call as Call
  try {
    return await answer(ports, request, reply)
  } catch (error) {
    call.failure = error instanceof CodedError ? error : coreErrors.create('INTERNAL')
    call.use ??= useOf(call.failure)
    throw error
  } finally {
    // Of a connection that is gone there is no response to be told of.
    if (call.left.aborted && !call.isStream) accountCall(ports, request, reply)
  }
}

/** A call whose body is not read yet. */
type Unread = ServiceCall & { input: unknown; inputJson: string; deadline: number }

const NO_CHAIN: readonly string[] = []

/** What the steps behind the body know of a call. */
interface Asked {
  readonly target: Target
  readonly asked: ServiceCall
  /** An app's; a user calls by his permissions alone. */
  readonly subscription: Subscription | undefined
  readonly mask: FieldMask | undefined
}

/** size → JSON → version → contract → (bytes | idempotency key | cache | lane) → mask → headers. */
function answer(ports: AnswerPorts, request: CallRequest, reply: FastifyReply): Soon<Answered> {
  const about = askedOf(ports, request)
  const { subscription } = about
  if (subscription?.price === undefined) return answerAdmitted(ports, request, reply, about)
  return ports.usage.recorder.admit(subscription).then((taken) => {
    ;(request.call as Call).taken = taken
    return answerAdmitted(ports, request, reply, about)
  })
}

function answerAdmitted(
  ports: AnswerPorts,
  request: CallRequest,
  reply: FastifyReply,
  about: Asked,
): Soon<Answered> {
  const { target, subscription } = about
  if (target.operation.definition.delivery === 'bytes') {
    return answerBytes(ports, request, reply, about)
  }
  if (target.operation.definition.safe !== true) {
    const key = idempotencyKeyOf(request.headers['idempotency-key'])
    if (key !== undefined) return answerOnce(ports, request, reply, { ...about, key })
  }
  const maxAgeS = target.operation.definition.cache?.maxAgeS
  // Whether a user may is asked with each call.
  if (maxAgeS !== undefined && subscription !== undefined && mayBeKept(target)) {
    return answerKept(ports, request, reply, { ...about, subscription, maxAgeS })
  }
  const { caller } = ports
  return andThen(caller.callTarget(target, about.asked), (answered) =>
    sendAnswer(request, reply, masked(request, reply, answered, about.mask)),
  )
}

function askedOf({ caller, now }: AnswerPorts, request: CallRequest): Asked {
  const call = request.call as Call
  const { subscription } = call
  const { service, operation } = request.params
  const { trace } = request
  const { tenant, principal, permissions } = callerOfCall(call)
  // One object from here to the lane: of what is known later the first question only asks less.
  const asked: Unread = {
    tenant,
    principal,
    ...(permissions === undefined ? undefined : { permissions }),
    service,
    major: Number(request.params.major),
    operation,
    requestId: trace.spanId,
    traceId: trace.traceId,
    input: undefined,
    inputJson: '',
    deadline: 0,
    chain: NO_CHAIN,
    left: call.left,
    span: request.span,
  }
  const before = caller.target(asked)
  call.safe = before.operation.definition.safe === true
  call.target = { service, operation }
  call.picked = before.version?.version
  requireSize(request.body, before.version?.limits.payloadKb)
  const { input, inputJson } = readInput(request, before.operation)
  asked.input = input
  asked.inputJson = inputJson
  const target = caller.targetOf(before, asked)
  call.picked = target.version?.version
  asked.deadline = now() + target.operation.deadlineMs
  const mask = subscription === undefined ? undefined : maskOf(subscription, operation)
  return { target, asked, subscription, mask }
}

/** For whom a call is made, and as whom the guest knows him. */
function callerOfCall({
  principal,
  subscription,
}: Call): Pick<ServiceCall, 'tenant' | 'principal' | 'permissions'> {
  if (principal.kind === 'user') {
    const permissions = permissionReach(principal)
    const { tenant, user: id } = principal
    return { tenant, principal: { kind: 'user', id }, permissions }
  }
  const { tenant, app: id } = subscription as Subscription
  return { tenant, principal: { kind: 'app', id } }
}

/** The answer of a version, without what the plan hides. */
function masked(
  request: CallRequest,
  reply: FastifyReply,
  answered: ServiceAnswer,
  mask: FieldMask | undefined,
): string {
  const call = request.call as Call
  call.answer = answered
  call.use = answered.use
  reply.header('signalbox-version', answered.version)
  return mask === undefined ? answered.outputJson : mask.apply(answered.outputJson)
}

async function answerOnce(
  ports: AnswerPorts,
  request: CallRequest,
  reply: FastifyReply,
  about: Asked & { readonly key: string },
): Promise<Answered> {
  const { target, asked, subscription, mask, key } = about
  // Before the key is taken: what breaks the contract did not run, and may come again in order.
  requireInput(target, asked)
  const { service, major, operation, tenant, inputJson } = asked
  const keyed = {
    caller: subscription?.id ?? `user ${asked.tenant} ${asked.principal.id}`,
    operation: `${service}@${major}/${operation}`,
    ...{ key, tenant, inputJson, deadlineMs: target.operation.deadlineMs },
  }
  // Whoever leaves asks again: the call goes to its end, so that there is an answer to keep.
  const { left: _, ...unwatched } = asked
  const call = request.call as Call
  const { outputJson, version, isReplay } = await ports.idempotent.once(keyed, async () => {
    const answered = await ports.caller.callTarget(target, unwatched)
    call.use = answered.use
    return answered
  })
  call.answer = { version }
  ports.metrics.idempotent.inc({ outcome: isReplay ? 'replayed' : 'run' })
  reply.header('signalbox-version', version)
  if (isReplay) {
    // It was paid for when it was given first.
    call.taken?.giveBack()
    call.taken = undefined
    reply.header('idempotency-replayed', 'true')
  }
  return sendAnswer(request, reply, mask === undefined ? outputJson : mask.apply(outputJson))
}

/** While a rollout shares or compares the calls its judge has to see each of them: nothing is answered from memory. */
function mayBeKept({ operation, version, sharing, mirrored }: Target): boolean {
  const isStill = sharing === undefined && mirrored === undefined
  return operation.definition.safe === true && version !== null && isStill
}

async function answerKept(
  ports: AnswerPorts,
  request: CallRequest,
  reply: FastifyReply,
  about: Asked & { readonly subscription: Subscription; readonly maxAgeS: number },
): Promise<Answered> {
  const { target, asked, subscription, mask, maxAgeS } = about
  // A hit asks no lane: what would be refused there is refused here.
  requireInput(target, asked)
  const { tenant, service, major, operation, input } = asked
  const sharedBy = target.operation.definition.cache?.vary ?? 'app'
  const key = cacheKey({
    tenant,
    app: sharedBy === 'tenant' ? null : subscription.app,
    generation: ports.snapshot().generation,
    version: `${target.version?.plugin}@${target.version?.version}`,
    operation: `${service}@${major}/${operation}`,
    mask: mask?.name ?? '',
    input,
  })
  // Others may have joined: the call goes to its end, whoever leaves.
  const { left: _, ...unwatched } = asked
  const call = request.call as Call
  const { answer, state } = await ports.cache.through(key, maxAgeS * 1000, async () => {
    const { outputJson, version, use } = await ports.caller.callTarget(target, unwatched)
    // Whoever joins or comes later took nothing of a guest.
    call.use = use
    return { outputJson: mask === undefined ? outputJson : mask.apply(outputJson), version }
  })
  ports.metrics.cached.inc({ service, operation, state })
  call.answer = answer
  reply.header('signalbox-version', answer.version)
  const now = ports.monotonic()
  if (state === 'hit') reply.header('age', Math.floor((now - answer.storedAt) / 1000))
  return sendAnswer(request, reply, answer.outputJson, { answer, now })
}

async function answerBytes(
  ports: AnswerPorts,
  request: CallRequest,
  reply: FastifyReply,
  { target, asked, mask, subscription }: Asked,
): Promise<FastifyReply> {
  const call = request.call as Call
  // Nobody looks into bytes: a plan that hides something of them can only hide them all.
  if (mask !== undefined && subscription !== undefined) {
    const { plan } = subscription
    throw coreErrors.create('BYTES_NOT_MASKABLE', { plan, operation: asked.operation })
  }
  const answered = await ports.caller.streamTarget(target, asked)
  call.answer = answered
  call.use = answered.use
  call.isStream = true
  call.sent = sentFrom(request)
  return sendBytes(ports, request, answered, reply)
}

function sendBytes(
  ports: AnswerPorts,
  request: CallRequest,
  answered: ByteAnswer,
  reply: FastifyReply,
): FastifyReply {
  // Of a connection that breaks off there is no response to be told of: only its close, which may be over by now.
  if (reply.raw.closed) accountCall(ports, request, reply)
  else reply.raw.once('close', () => accountCall(ports, request, reply))
  reply.header('signalbox-version', answered.version)
  return ports.byteAnswers.send(reply, answered, (error) => {
    if (request.call !== undefined) request.call.failure = error
  })
}
