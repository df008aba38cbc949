import { promisify } from 'node:util'
import { gzip, zstdCompress } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Soon } from '../../broker/soon.ts'
import type { KeptAnswer } from './answer-cache.ts'

/**
 * Below it a compressed answer saves no packet worth the time. Answers carry no secret of a browser's (keys come in a
 * header that no page sends by itself), so that what an attacker reflects next to one cannot be read off its length.
 */
const MIN_COMPRESSED = 8 * 1024

/** Best first: on JSON, zstd is as small as gzip in a third of the time. */
const codings = { zstd: promisify(zstdCompress), gzip: promisify(gzip) } as const

type Coding = keyof typeof codings

/** What a browser's cache and a proxy must tell answers apart by. */
const VARY = 'authorization, x-api-key, origin, accept-encoding'

/**
 * Sends an answer as JSON: compressed where that pays and the client can read it; with a strong ETag where the contract
 * lets it be kept, and without a body where the client has that one already (RFC 9110 §13.1.2). At once, unless it is compressed.
 */
export function sendAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  outputJson: string,
  kept?: { readonly answer: KeptAnswer; readonly now: number },
): Soon<string | Buffer | FastifyReply> {
  reply.header('content-type', 'application/json; charset=utf-8')
  const coding = outputJson.length < MIN_COMPRESSED ? undefined : codingOf(request)
  // HEAD is told what GET would be.
  if (request.method !== 'POST') {
    reply.header('vary', VARY)
    if (kept === undefined) reply.header('cache-control', 'no-store')
    else if (isKnown(request, reply, kept, coding)) return reply.code(304).send()
  } else if (outputJson.length >= MIN_COMPRESSED) {
    reply.header('vary', 'origin, accept-encoding')
  }
  if (coding === undefined) return outputJson
  reply.header('content-encoding', coding)
  return codings[coding](outputJson)
}

/** Says how long it may be kept, and by which tag. @returns whether the client has it */
function isKnown(
  request: FastifyRequest,
  reply: FastifyReply,
  { answer, now }: { readonly answer: KeptAnswer; readonly now: number },
  coding: Coding | undefined,
): boolean {
  const left = Math.max(0, Math.ceil((answer.freshUntil - now) / 1000))
  reply.header('cache-control', `private, max-age=${left}`)
  // Other bytes, another tag.
  const tag = coding === undefined ? answer.tag : `${answer.tag}-${coding}`
  reply.header('etag', `"${tag}"`)
  const asked = request.headers['if-none-match']
  if (asked === undefined) return false
  if (asked.trim() === '*') return true
  return asked.split(',').some((one) => one.trim().replace(/^W\//, '') === `"${tag}"`)
}

/** RFC 9110 §12.5.3: the best of ours that the client does not refuse; q=0 refuses. */
function codingOf({ headers }: FastifyRequest): Coding | undefined {
  const accepted = headers['accept-encoding']
  if (typeof accepted !== 'string') return undefined
  const offers = new Map(
    accepted.split(',').map((offer) => {
      const [name = '', ...parameters] = offer.split(';').map((part) => part.trim().toLowerCase())
      const q = parameters.find((parameter) => parameter.startsWith('q='))
      return [name, q === undefined ? 1 : Number(q.slice(2))] as const
    }),
  )
  const ours = Object.keys(codings) as Coding[]
  return ours.find((coding) => (offers.get(coding) ?? 0) > 0)
}
