import type { FastifyReply } from 'fastify'
import { andThen, type Soon } from '../../broker/soon.ts'
import { coreErrors } from '../../errors.ts'
import type { Limits } from '../limits/open-limits.ts'
import { burstHeaders, type Limited } from '../limits/rate-limit-headers.ts'

/** @param caller whose plan it is; the same object each time, as its headers are written once @throws CORE_RATE_LIMITED */
export function takeBurst(
  { bursts }: Limits,
  key: string,
  caller: Limited & { readonly plan: string },
  reply: FastifyReply,
): Soon<void> {
  const { limit, plan } = caller
  return andThen(bursts.take(key, limit), (verdict) => {
    burstHeaders(reply, caller, verdict)
    if (verdict.allowed) return
    throw coreErrors.create(
      'RATE_LIMITED',
      { plan, rate: limit.ratePerS, burst: limit.burst },
      { retryAfterS: Math.ceil(verdict.retryAfterMs / 1000) },
    )
  })
}
