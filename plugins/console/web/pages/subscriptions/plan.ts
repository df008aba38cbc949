import type { LocalText } from '../../texts/languages.ts'

export interface Quota {
  readonly count: number
  readonly per: 'hour' | 'day' | 'month'
}

/** What a subscriber agrees to. */
export interface Plan {
  readonly name: string
  readonly version: number
  readonly status: 'staging' | 'published' | 'deprecated' | 'closed'
  readonly ratePerS: number
  readonly burst: number
  readonly quota?: Quota
  readonly concurrency?: number
  readonly fields?: Readonly<Record<string, readonly string[]>>
  readonly maxRows?: number
  readonly price?: { readonly amount: string; readonly currency: string; readonly unit: string }
  readonly approval?: 'auto' | 'manual'
}

/** A major of `GET /v1/catalog/services/{id}`. */
export interface ServiceMajor {
  readonly major: number
  readonly title?: LocalText
  readonly description?: LocalText
  readonly ownerTenant: string | null
  readonly deprecation: { readonly sunsetAt?: string; readonly successor?: number } | null
  readonly plans: readonly Plan[]
  readonly operations: Readonly<Record<string, { readonly summary?: LocalText }>>
}

export interface ServiceDescription {
  readonly id: string
  readonly majors: readonly ServiceMajor[]
}

const NAMED = /^(.+)@(\d+)$/

/** Reads `orders.status@1`. Pure. */
export function namedService(
  text: string | undefined,
): { readonly service: string; readonly major: number } | undefined {
  const [, service, major] = NAMED.exec(text ?? '') ?? []
  return service === undefined ? undefined : { service, major: Number(major) }
}

/** When the calendar period of a quota began and when the next one begins, in UTC, as the host counts. Pure. */
export function quotaPeriod(per: Quota['per'], nowMs: number): { from: string; to: string } {
  const now = new Date(nowMs)
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()]
  const [day, hour] = [now.getUTCDate(), now.getUTCHours()]
  const starts = {
    hour: [Date.UTC(year, month, day, hour), Date.UTC(year, month, day, hour + 1)],
    day: [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)],
    month: [Date.UTC(year, month), Date.UTC(year, month + 1)],
  } as const
  const [from, to] = starts[per]
  return { from: minuteText(from), to: minuteText(to) }
}

/** As questions about usage name a time. */
export function minuteText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16)}Z`
}

/** Of a quota: used, left and the share that is used, 0 to 1. Pure. */
export function quotaLeft(
  { count }: Pick<Quota, 'count'>,
  used: number,
): { readonly left: number; readonly share: number } {
  return { left: Math.max(0, count - used), share: count === 0 ? 1 : Math.min(1, used / count) }
}
