/** What a contract promises of all operations together. */
export interface PromisedLevels {
  /** Per cent of calls that do not fail. */
  readonly availability?: number
  /** Milliseconds within which 95 of 100 calls are answered. */
  readonly p95Ms?: number
}

export type LevelName = 'availability' | 'latency'
export const levelNames: readonly LevelName[] = ['availability', 'latency']

export type WindowName = '1h' | '24h' | '30d'

interface Window {
  readonly name: WindowName
  readonly ms: number
  /** How many times the share that the promise allows may go wrong in it. */
  readonly burn: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * The promise holds over 30 days. The shorter windows tell early that it will not: in an hour 2 % of what may go wrong in
 * 30 days, in a day 10 % (Google, The Site Reliability Workbook, chapter 5: burn rates 14.4 and 3). A service that
 * promises 99.9 % may fail 1.4 % of the calls of an hour without a word.
 */
export const levelWindows: readonly Window[] = [
  { name: '1h', ms: HOUR_MS, burn: 14.4 },
  { name: '24h', ms: DAY_MS, burn: 3 },
  { name: '30d', ms: 30 * DAY_MS, burn: 1 },
]

/** What was counted in a window. */
export interface LevelSums {
  /** Answered or failed. */
  readonly calls: number
  readonly failed: number
  /** Answered, of versions that promised a time. */
  readonly timed: number
  /** Of those, beyond what the version that answered promised. */
  readonly slow: number
}

/** `unknown`: too little was counted to say. */
export type LevelStatus = 'kept' | 'broken' | 'unknown'

/** Of fewer calls a share says nothing. */
export const MIN_CALLS = 20
/** One failure of twenty calls would break every promise above 95 %, and two are still chance. */
const MIN_BAD = 3
/** A promise is broken where nine of ten go wrong, however much of a short window the burn rate would forgive. */
const MOST_ALLOWED = 0.9
/** What is broken is kept again with a tenth to spare: else each call at the edge would be another word. */
const RECOVERED = 0.9
/** 1 - 0.999 is not 0.001 in doubles. */
const TOLERANCE = 1e-9

/**
 * Whether a promise is kept in a window. Pure. No data is never success: below the least number of calls nothing is known.
 * @param isBroken whether it was broken when it was looked at last
 * @returns undefined where nothing is promised
 */
export function levelStatus(
  level: LevelName,
  promised: PromisedLevels,
  sums: LevelSums,
  { burn, isBroken = false }: { readonly burn: number; readonly isBroken?: boolean },
): LevelStatus | undefined {
  const budget = budgetOf(level, promised)
  if (budget === undefined) return undefined
  const [total, bad] = countsOf(level, sums)
  if (total < MIN_CALLS) return 'unknown'
  const allowed = Math.min(budget * burn, MOST_ALLOWED) * total
  const bar = (isBroken ? allowed * RECOVERED : allowed) + TOLERANCE
  if (bad <= bar) return 'kept'
  return bad >= MIN_BAD ? 'broken' : 'unknown'
}

export type LevelMove = 'breached' | 'recovered' | 'lapsed'

/**
 * What is to be told of a promise since the last look; pure. It lapses where there is nothing left to judge it by:
 * no calls in all of the window, or nothing is promised any more. That is told as what it is, and not as a recovery.
 * @returns undefined: nothing
 */
export function levelMove(
  level: LevelName,
  promised: PromisedLevels,
  sums: LevelSums,
  { burn, isBroken }: { readonly burn: number; readonly isBroken: boolean },
): LevelMove | undefined {
  const status = levelStatus(level, promised, sums, { burn, isBroken })
  if (!isBroken) return status === 'broken' ? 'breached' : undefined
  if (status === 'kept') return 'recovered'
  return status === undefined || countsOf(level, sums)[0] === 0 ? 'lapsed' : undefined
}

/** @returns per cent that went well, to two decimals, never rounded up to what was not reached; null: no calls */
export function measuredLevel(level: LevelName, sums: LevelSums): number | null {
  const [total, bad] = countsOf(level, sums)
  return total === 0 ? null : Math.floor(((total - bad) / total) * 10_000 + TOLERANCE) / 100
}

/** What is promised of a level, per cent of calls; of the latency always 95. */
export function promisedLevel(level: LevelName, promised: PromisedLevels): number | undefined {
  if (level === 'availability') return promised.availability
  return promised.p95Ms === undefined ? undefined : 95
}

function budgetOf(level: LevelName, promised: PromisedLevels): number | undefined {
  const objective = promisedLevel(level, promised)
  return objective === undefined ? undefined : (100 - objective) / 100
}

function countsOf(level: LevelName, { calls, failed, timed, slow }: LevelSums): [number, number] {
  return level === 'availability' ? [calls, failed] : [timed, slow]
}

export function addSums(one: LevelSums, other: LevelSums): LevelSums {
  return {
    calls: one.calls + other.calls,
    failed: one.failed + other.failed,
    timed: one.timed + other.timed,
    slow: one.slow + other.slow,
  }
}

export const noSums: LevelSums = Object.freeze({ calls: 0, failed: 0, timed: 0, slow: 0 })
