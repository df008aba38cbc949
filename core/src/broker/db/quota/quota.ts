import type { Grant } from '../../../rollout/routing/snapshot.ts'

/** What a tenant's grant of `db:own` allows. */
export interface QuotaLimits {
  readonly bytes: number
  /** Null: any number. */
  readonly rows: number | null
}

/** What a tenant has in a plugin's tables: live rows as they are stored, without indexes and dead rows. */
export interface Usage {
  readonly bytes: number
  readonly rows: number
}

/** What a statement may make more of. An update makes rows larger, an insert or a merge makes more of them. */
export type Growth = 'bytes' | 'rows'

export interface Excess {
  readonly limit: string
  readonly reached: string
}

const MIB = 1024 * 1024

/**
 * The widest of the grants: a version that asks for more may have been granted it while another still runs.
 * @returns undefined where nothing is granted
 */
export function quotaOf(grants: readonly Grant[]): QuotaLimits | undefined {
  let quota: QuotaLimits | undefined
  for (const { capability, parameters } of grants) {
    if (capability !== 'db:own') continue
    const bytes = Number(parameters['quotaMb']) * MIB
    const rows = parameters['quotaRows'] === undefined ? null : Number(parameters['quotaRows'])
    quota =
      quota === undefined
        ? { bytes, rows }
        : { bytes: Math.max(quota.bytes, bytes), rows: widerRows(quota.rows, rows) }
  }
  return quota
}

/** The limit that statements which grow so have no room under any more, or undefined. */
export function excessOf(
  usage: Usage,
  limits: QuotaLimits,
  growth: Growth,
  /** The usage as it would be: to reach the limit exactly is then allowed. */
  isAfter = false,
): Excess | undefined {
  const isOver = (used: number, limit: number) => (isAfter ? used > limit : used >= limit)
  if (isOver(usage.bytes, limits.bytes)) {
    return { limit: `${limits.bytes / MIB} MiB`, reached: mebibytes(usage.bytes) }
  }
  if (growth === 'rows' && limits.rows !== null && isOver(usage.rows, limits.rows)) {
    return { limit: `${limits.rows} rows`, reached: `${usage.rows} rows` }
  }
  return undefined
}

/** Measuring takes at most a tenth of the time, and does not follow each of a thousand small writes. */
const MIN_PAUSE_MS = 1000
const PAUSE_PER_MEASURING = 10

/** How long after a measuring the next may begin, by how long it took. */
export function pauseAfterMs(tookMs: number): number {
  return Math.max(MIN_PAUSE_MS, PAUSE_PER_MEASURING * tookMs)
}

/** A transaction shorter than this is measured after it, with others. */
const SLOW_MS = 500

/**
 * Whether a write is measured before it commits: it had the time to write much, and to look takes no longer
 * than it took. A tenant for whom looking takes longer than that has so much that the write is little.
 */
export function isCheckedBeforeCommit(workedMs: number, lastMeasuringMs: number): boolean {
  return workedMs >= SLOW_MS && workedMs >= lastMeasuringMs
}

function widerRows(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : Math.max(one, other)
}

function mebibytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`
}
