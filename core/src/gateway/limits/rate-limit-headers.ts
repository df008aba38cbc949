import type { FastifyReply } from 'fastify'
import type { Subscription } from '../../rollout/routing/snapshot.ts'
import type { BurstVerdict } from './burst-limits.ts'
import type { QuotaVerdict } from './quota-leases.ts'

/**
 * RateLimit header fields (draft-ietf-httpapi-ratelimit-headers-10): what the plan allows, what is left.
 * The draft may still change; nothing else in the host knows its form. Lists of strings with parameters (RFC 9651),
 * written by hand: a serialiser would cost a call more than its limit does.
 */
export function burstHeaders(
  reply: FastifyReply,
  limited: Limited,
  { remaining, resetMs, mode }: BurstVerdict,
): void {
  reply.header('ratelimit-policy', policyOf(limited))
  reply.header('ratelimit', `"burst";r=${remaining};t=${Math.ceil(resetMs / 1000)}`)
  // Decided by this node's share alone: what is left elsewhere is not in it.
  if (mode === 'share') reply.header('signalbox-limits', 'node-share')
}

/** Behind that of the burst. */
export function quotaHeaders(reply: FastifyReply, { remaining, resetMs }: QuotaVerdict): void {
  const burst = reply.getHeader('ratelimit')
  reply.header('ratelimit', `${burst}, "quota";r=${remaining};t=${Math.ceil(resetMs / 1000)}`)
}

const periodS = { hour: 3600, day: 86_400, month: 2_592_000 } as const

/** What a caller may take: of a subscription what its plan says. */
export type Limited = Pick<Subscription, 'limit' | 'quota' | 'concurrency'>

/** Subscriptions live as long as a snapshot: their policy is written once. */
const policies = new WeakMap<Limited, string>()

function policyOf(limited: Limited): string {
  const known = policies.get(limited)
  if (known !== undefined) return known
  const { limit, quota, concurrency } = limited
  const policy = [
    `"burst";q=${limit.burst};w=${Math.max(1, Math.round(limit.burst / limit.ratePerS))}`,
  ]
  if (quota !== undefined) policy.push(`"quota";q=${quota.count};w=${periodS[quota.per]}`)
  if (concurrency !== undefined) policy.push(`"concurrency";q=${concurrency}`)
  policies.set(limited, policy.join(', '))
  return policy.join(', ')
}
