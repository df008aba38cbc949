/** A row of usage by time; numbers are text, because they are exact beyond a double. */
export interface UsageItem {
  readonly key: string
  readonly calls: string
  readonly bytesIn: string
  readonly bytesOut: string
  readonly cpuMs: string
}

export type Grain = 'hour' | 'day'
export type Measure = 'calls' | 'bytesOut' | 'bytesIn' | 'cpuMs'

export const MEASURES: readonly Measure[] = ['calls', 'bytesOut', 'bytesIn', 'cpuMs']

/** How far back is looked, and how finely. */
export const SPANS = {
  '24h': { grain: 'hour', count: 24 },
  '7d': { grain: 'hour', count: 7 * 24 },
  '30d': { grain: 'day', count: 30 },
  '90d': { grain: 'day', count: 90 },
} as const satisfies Record<string, { readonly grain: Grain; readonly count: number }>

export type Span = keyof typeof SPANS

export function isSpan(text: string | undefined): text is Span {
  return text !== undefined && Object.hasOwn(SPANS, text)
}

const MS = { hour: 3_600_000, day: 86_400_000 } as const

export interface Bucket {
  readonly key: string
  readonly value: number
}

/** The time of a span's first bar, in milliseconds. Pure. */
export function spanStart(span: Span, nowMs: number): number {
  const { grain, count } = SPANS[span]
  return Math.floor(nowMs / MS[grain]) * MS[grain] - (count - 1) * MS[grain]
}

/** One bar for each hour or day, those without a call too: a hole is no neighbour of what comes after it. Pure. */
export function bucketsOf(
  items: readonly UsageItem[],
  { span, measure, nowMs }: { span: Span; measure: Measure; nowMs: number },
): readonly Bucket[] {
  const { grain, count } = SPANS[span]
  const known = new Map(items.map((item) => [item.key, Number(item[measure])]))
  const first = spanStart(span, nowMs)
  return Array.from({ length: count }, (_, index) => {
    const iso = new Date(first + index * MS[grain]).toISOString()
    const key = grain === 'day' ? iso.slice(0, 10) : `${iso.slice(0, 13)}:00:00Z`
    return { key, value: known.get(key) ?? 0 }
  })
}
