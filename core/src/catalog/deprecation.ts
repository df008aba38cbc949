import type { InputFault } from '@signalbox/sdk/errors'

/** A time in which calls are refused, so that who has not heard notices while it can be taken back. */
export interface BrownOut {
  readonly from: number
  readonly to: number
}

/** All instants are milliseconds since the epoch. */
export interface Deprecation {
  readonly deprecatedAt: number
  /** From then on there is no such service; null: not decided. */
  readonly sunsetAt: number | null
  /** The major that takes its place. */
  readonly successor: number | null
  /** A page for people. */
  readonly information: string | null
  readonly brownOuts: readonly BrownOut[]
}

export type DeprecationPhase =
  | { readonly phase: 'announced' | 'deprecated' | 'gone' }
  | { readonly phase: 'brown-out'; readonly until: number }

/** Where a service stands in its end. Pure: every node says the same of one instant. */
export function deprecationPhase(schedule: Deprecation, now: number): DeprecationPhase {
  const { deprecatedAt, sunsetAt, brownOuts } = schedule
  if (sunsetAt !== null && now >= sunsetAt) return { phase: 'gone' }
  const brownOut = brownOuts.find(({ from, to }) => from <= now && now < to)
  if (brownOut !== undefined) return { phase: 'brown-out', until: brownOut.to }
  return { phase: now < deprecatedAt ? 'announced' : 'deprecated' }
}

export interface DeprecationHeaders {
  readonly deprecation: string
  readonly sunset?: string
  readonly link?: string
}

interface Called {
  readonly service: string
  readonly operation: string
}

/**
 * `Deprecation` (RFC 9745, a structured date that may lie ahead), `Sunset` (RFC 8594, an HTTP-date) and links of the
 * relations that they name; `successor-version` is RFC 5829's.
 */
export function deprecationHeaders(schedule: Deprecation, called: Called): DeprecationHeaders {
  const { deprecatedAt, sunsetAt, information } = schedule
  const links = [
    ...(information === null ? [] : [`<${information}>; rel="deprecation"`]),
    ...(information === null || sunsetAt === null ? [] : [`<${information}>; rel="sunset"`]),
    ...(schedule.successor === null ? [] : [successorLink(schedule.successor, called)]),
  ]
  return {
    deprecation: `@${Math.floor(deprecatedAt / 1000)}`,
    ...(sunsetAt === null ? {} : { sunset: new Date(sunsetAt).toUTCString() }),
    ...(links.length === 0 ? {} : { link: links.join(', ') }),
  }
}

function successorLink(major: number, { service, operation }: Called): string {
  return `</api/${encodeURIComponent(service)}/v${major}/${encodeURIComponent(operation)}>; rel="successor-version"`
}

/** What a schedule of a year with one each week has room for. */
export const MAX_BROWN_OUTS = 60

/** A brown-out is a warning and not the end; who depends on it is without it for a shift at most. */
const MAX_BROWN_OUT_MS = 8 * 3_600_000

/** What is wrong with a schedule, beyond its types. @param major of the service that ends */
export function deprecationFaults(schedule: Deprecation, major: number): readonly InputFault[] {
  const { deprecatedAt, sunsetAt, successor, brownOuts } = schedule
  const faults: InputFault[] = []
  // RFC 9745 §4: the sunset must not come before the deprecation.
  if (sunsetAt !== null && sunsetAt < deprecatedAt) {
    faults.push({ pointer: '/sunsetAt', detail: 'must not be before /deprecatedAt' })
  }
  if (successor === major) {
    faults.push({ pointer: '/successor', detail: 'must be another major of the service' })
  }
  brownOuts.forEach(({ from, to }, index) => {
    const pointer = `/brownOuts/${index}`
    const end = sunsetAt ?? Number.POSITIVE_INFINITY
    if (to <= from) faults.push({ pointer: `${pointer}/to`, detail: 'must be after its "from"' })
    else if (to - from > MAX_BROWN_OUT_MS) {
      faults.push({ pointer, detail: 'must last eight hours at most' })
    }
    if (from < deprecatedAt || to > end) {
      faults.push({ pointer, detail: 'must lie between /deprecatedAt and /sunsetAt' })
    }
  })
  return faults
}
