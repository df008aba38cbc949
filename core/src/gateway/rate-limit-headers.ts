import type { FastifyReply } from 'fastify'
import type { GcraLimit, GcraVerdict } from './gcra.ts'

/**
 * RateLimit header fields (draft-ietf-httpapi-ratelimit-headers-10): what the plan allows, what is left.
 * The draft may still change; nothing else in the host knows its form.
 */
export function rateLimitHeaders(
  reply: FastifyReply,
  limit: GcraLimit,
  verdict: GcraVerdict,
): void {
  const windowS = Math.max(1, Math.round(limit.burst / limit.ratePerS))
  reply.header('ratelimit-policy', `"burst";q=${limit.burst};w=${windowS}`)
  reply.header('ratelimit', `"burst";r=${verdict.remaining};t=${Math.ceil(verdict.resetMs / 1000)}`)
}
