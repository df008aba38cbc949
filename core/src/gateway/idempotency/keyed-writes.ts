import { hash, randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import type { Action } from '../../identity/authorise.ts'
import { actorOf, tenantOfPrincipal } from '../../identity/principal.ts'
import type { Sealer } from '../../sealing/sealer.ts'
import { fingerprintOf, idempotencyKeyOf } from './idempotency-key.ts'
import {
  type Claimed,
  claimKey,
  endKeyed,
  findKeyed,
  type KeptEnd,
  releaseKey,
} from './idempotency-store.ts'

interface Ports {
  readonly knex: Knex
  readonly sealer: Pick<Sealer, 'seal' | 'open'>
  readonly log: { warn(fields: object, message: string): void }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Under which key it changes something, until its answer is kept. */
    keyedWrite: KeyedWrite | undefined
  }
}

interface KeyedWrite extends Claimed {
  readonly tenant: string
}

interface KeptAnswer {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** As long as keys of calls. */
const KEPT_MS = 24 * 3600_000

/** Longer than the slowest change takes; whoever asks in between is told that it is under way. */
const UNDER_WAY_MS = 120_000

const MAX_KEPT_BYTES = 1024 * 1024

const keptHeaders = ['content-type', 'content-language', 'location', 'etag'] as const

const changing: ReadonlySet<unknown> = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/**
 * Their bodies hold what people think up, such as passwords: a hash of one, kept for a day, could be guessed back. What
 * apps send has an id of its own; where nobody is known there is nobody whose key it could be. A file is named by what it
 * holds: put twice it is there once, and it is no JSON that could be compared, but a stream.
 */
const unkept: ReadonlySet<Action | undefined> = new Set<Action>([
  ...([
    'me.write',
    'session.use',
    'session.sign_out',
    'secret.write',
    'sign_in.use',
    'event.send',
    'hook.receive',
  ] as const),
  ...(['token.issue', 'token.revoke', 'link.use', 'blob.write'] as const),
])

/**
 * Changes by the administration's routes run once for each Idempotency-Key of a principal
 * (draft-ietf-httpapi-idempotency-key-header-07). Answers are kept sealed, secrets that are shown once among them: whoever lost
 * the answer on its way would else have made a key that nobody knows. A refusal has changed nothing, and frees its key. After the
 * guard: what is not allowed now is not replayed.
 */
export function keepWrites(scope: FastifyInstance, ports: Ports): void {
  scope.decorateRequest('keyedWrite', undefined)
  scope.addHook('onRoute', describeKey)
  scope.addHook('preHandler', async (request, reply) => {
    if (!isKept(request.routeOptions) || !isJson(request)) return
    if (request.principal.kind === 'anonymous') return
    const key = idempotencyKeyOf(request.headers['idempotency-key'])
    if (key === undefined) return
    const write = writeOf(request, key)
    const fingerprint = fingerprintOf(JSON.stringify(request.body ?? null))
    const times = { fingerprint, endsInMs: UNDER_WAY_MS, keptMs: KEPT_MS }
    if (await claimKey(ports.knex, write, times)) {
      request.keyedWrite = write
      return
    }
    return replay(ports, write, fingerprint, reply)
  })
  scope.addHook('onSend', async (request, reply, payload) => {
    const write = request.keyedWrite
    request.keyedWrite = undefined
    if (write !== undefined) await end(ports, write, reply, payload)
    return payload
  })
}

interface Route {
  readonly method?: string | readonly string[] | undefined
  readonly url?: string | undefined
  readonly config?: { readonly action?: Action } | undefined
}

function isKept({ method, url, config }: Route): boolean {
  const isChange = [method].flat().some((one) => changing.has(one))
  return isChange && url?.startsWith('/v1/') === true && !unkept.has(config?.action)
}

function isJson({ headers }: FastifyRequest): boolean {
  const type = headers['content-type']
  return type === undefined || /^application\/json\b/i.test(type)
}

function describeKey(route: RouteOptions): void {
  if (!isKept(route)) return
  const schema = route.schema ?? {}
  const headers = (schema.headers ?? { type: 'object' }) as { properties?: object }
  const described = {
    type: 'string',
    description:
      'The change is made once for each key; asked again, it is answered as the first time',
  }
  const properties = { ...headers.properties, 'idempotency-key': described }
  route.schema = { ...schema, headers: { ...headers, properties } }
}

function writeOf(
  { principal, method, url, routeOptions }: FastifyRequest,
  key: string,
): KeyedWrite {
  return {
    caller: `principal ${actorOf(principal)}`,
    // A path may be longer than what an index holds.
    operation: `${method} ${routeOptions.url} ${hash('sha256', url, 'base64url')}`,
    key,
    claim: randomUUID(),
    tenant: tenantOfPrincipal(principal) ?? '',
  }
}

async function replay(
  { knex, sealer }: Ports,
  write: KeyedWrite,
  fingerprint: Buffer,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { key } = write
  const known = await findKeyed(knex, write)
  if (known !== undefined && !known.fingerprint.equals(fingerprint)) {
    throw coreErrors.create('IDEMPOTENCY_KEY_REUSED', { key })
  }
  // Given free between the two statements: its caller tries again.
  if (known === undefined || (known.end === undefined && known.endsInMs > 0)) {
    throw coreErrors.create('IDEMPOTENCY_IN_PROGRESS', { key }, { retryAfterS: 1 })
  }
  const { end: kept } = known
  if (kept === undefined || kept.outcome !== 'answered') {
    throw coreErrors.create('IDEMPOTENCY_OUTCOME_UNKNOWN', { key, failure: kept?.code ?? 'none' })
  }
  if (kept.sealed === null) throw coreErrors.create('IDEMPOTENCY_ANSWER_NOT_KEPT', { key })
  const plain = await sealer.open(write.tenant, kept.sealed, boundTo(write))
  const { headers, body } = JSON.parse(plain.toString('utf8')) as KeptAnswer
  reply.code(kept.status).headers(headers).header('cache-control', 'no-store')
  reply.header('idempotency-replayed', 'true')
  // It is text already: a serializer of the route would take it for a value.
  return reply
    .serializer((text: unknown) => text as string)
    .send(kept.status === 204 ? undefined : body)
}

async function end(
  { knex, sealer, log }: Ports,
  write: KeyedWrite,
  reply: FastifyReply,
  payload: unknown,
): Promise<void> {
  const { tenant, ...claimed } = write
  const { statusCode: status } = reply
  try {
    // A refusal comes out of a transaction that was undone, or from before it.
    if (status >= 400 && status < 500) return await releaseKey(knex, claimed)
    const isDone = status < 400
    const text = isDone ? keptText(reply, payload) : undefined
    const sealed =
      text === undefined ? null : await sealer.seal(tenant, Buffer.from(text), boundTo(claimed))
    const outcome: KeptEnd['outcome'] = isDone ? 'answered' : 'unknown'
    const code = isDone ? null : `HTTP_${status}`
    await endKeyed(knex, claimed, { outcome, status, version: null, code, sealed })
  } catch (err) {
    // The change is made, and its caller is told; to who asks again the row says that nobody knows.
    const { caller, operation } = claimed
    log.warn({ err, caller, operation }, 'how a change with an idempotency key ended was not kept')
  }
}

/** @returns undefined where it is no text, or too much of it */
function keptText(reply: FastifyReply, payload: unknown): string | undefined {
  if (payload !== undefined && payload !== null && typeof payload !== 'string') return undefined
  const headers = Object.fromEntries(
    keptHeaders.flatMap((name) => {
      const value = reply.getHeader(name)
      return value === undefined ? [] : [[name, String(value)]]
    }),
  )
  const text = JSON.stringify({ headers, body: payload ?? '' })
  return Buffer.byteLength(text) > MAX_KEPT_BYTES ? undefined : text
}

function boundTo({ caller, operation, key }: Pick<Claimed, 'caller' | 'operation' | 'key'>) {
  return ['idempotent-write', caller, operation, key]
}
