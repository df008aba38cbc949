import type { FastifyReply } from 'fastify'
import { type Deprecation, deprecationHeaders, deprecationPhase } from '../catalog/deprecation.ts'
import { coreErrors } from '../errors.ts'

interface Called {
  readonly service: string
  readonly major: string | number
  readonly operation: string
}

/**
 * What a caller is told of the end of what it calls, in every answer, refusals too.
 * @param now milliseconds since the epoch
 * @throws CORE_SERVICE_GONE after its sunset; CORE_SERVICE_BROWN_OUT in a window of its schedule
 */
export function tellOfDeprecation(
  reply: FastifyReply,
  schedule: Deprecation | undefined,
  called: Called,
  now: number,
): void {
  if (schedule === undefined) return
  const { service, major } = called
  const { deprecation, sunset, link } = deprecationHeaders(schedule, called)
  reply.header('deprecation', deprecation)
  if (sunset !== undefined) reply.header('sunset', sunset)
  if (link !== undefined) reply.header('link', link)
  const standing = deprecationPhase(schedule, now)
  const successor = schedule.successor === null ? '-' : `${service}@${schedule.successor}`
  if (standing.phase === 'gone') {
    throw coreErrors.create('SERVICE_GONE', { service, major, successor })
  }
  if (standing.phase === 'brown-out') {
    const retryAfterS = Math.max(1, Math.ceil((standing.until - now) / 1000))
    throw coreErrors.create(
      'SERVICE_BROWN_OUT',
      { service, major, sunset: sunset ?? '-', successor },
      { retryAfterS },
    )
  }
}
