import type { Knex } from 'knex'
import { quantileOf } from './duration-buckets.ts'
import { type Breach, breachesOf, sumsByVersion, type VersionSums } from './level-store.ts'
import {
  addSums,
  type LevelSums,
  levelNames,
  levelStatus,
  levelWindows,
  measuredLevel,
  noSums,
  type PromisedLevels,
} from './service-levels.ts'

interface Wanted {
  readonly service: string
  /** Null: of all, for the operator. */
  readonly tenant: string | null
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** How a service did, for whoever looks: a tenant sees its own calls. */
export async function measuredLevels(knex: Knex, wanted: Wanted) {
  const [rows, breaches] = await Promise.all([
    sumsByVersion(knex, wanted),
    breachesOf(knex, wanted.service, wanted.tenant),
  ])
  return {
    of: (major: number, promised: PromisedLevels) =>
      shownLevels(
        promised,
        rows.filter((row) => row.major === major),
        breaches.filter((breach) => breach.major === major),
      ),
  }
}

/** Pure. */
function shownLevels(
  promised: PromisedLevels,
  rows: readonly VersionSums[],
  breaches: readonly Breach[],
) {
  const longest = rows.filter(({ window }) => window === '30d')
  return {
    windows: levelWindows.map(({ name, burn }) => {
      const ofWindow = rows.filter(({ window }) => window === name)
      const sums = ofWindow.map((row) => row as LevelSums).reduce(addSums, noSums)
      const isBroken = (level: string) =>
        breaches.some((breach) => breach.window === name && breach.level === level)
      const status = levelNames.map((level) => [
        level,
        levelStatus(level, promised, sums, { burn, isBroken: isBroken(level) }) ?? null,
      ])
      return { window: name, ...figures(sums, ofWindow), status: Object.fromEntries(status) }
    }),
    versions: longest.map((row) => ({ version: row.version, ...figures(row, [row]) })),
    breaches: breaches.map(({ level, window, since }) => ({
      level,
      window,
      since: since.toISOString(),
    })),
  }
}

function figures(sums: LevelSums, rows: readonly VersionSums[]) {
  const quantile = quantileOf(added(rows.map(({ buckets }) => buckets)), 0.95)
  return {
    calls: sums.calls,
    failed: sums.failed,
    availability: measuredLevel('availability', sums),
    /** An estimate: see quantileOf. What is judged is `inTime`, which is counted. */
    p95Ms: quantile === undefined ? null : Math.round(quantile * 10) / 10,
    inTime: measuredLevel('latency', sums),
  }
}

function added(histograms: readonly (readonly number[])[]): readonly number[] {
  const sums: number[] = []
  for (const histogram of histograms) {
    for (const [index, count] of histogram.entries()) sums[index] = (sums[index] ?? 0) + count
  }
  return sums
}
