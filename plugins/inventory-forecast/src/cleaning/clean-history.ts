import { Refusal } from '@signalbox/sdk'
import { interpolated } from '../decomposition/interpolate.ts'
import { type Note, note } from '../reasons/forecast-notes.ts'
import { outliersOf } from './outliers.ts'

export interface CleaningOptions {
  /** Periods with a stock-out, from 0: what was sold is the least that was demanded. */
  readonly stockouts?: readonly number[]
  /** Periods that say nothing of the future, from 0: a pandemic, a stock count. */
  readonly exclude?: readonly number[]
  /** Periods with a promotion, from 0. */
  readonly promoted?: readonly number[]
  /** What becomes of values that stand out: told, or replaced too. */
  readonly outliers?: 'report' | 'replace'
  /** Negative demand: kept as it is, or taken from the demand before it. */
  readonly returns?: 'keep' | 'net'
}

export interface CleanHistory {
  /** Base demand, without gaps. */
  readonly values: readonly number[]
  /** Mean demand of promoted periods over their base; 1 where none was promoted. */
  readonly uplift: number
  readonly notes: readonly Note[]
}

/** From here on a number has no thousandths left, and such a demand is a mistake of units. */
const TOO_LARGE = 1e15

/** The demand that forecasts are made of: what was sold, less what bends it. */
export function cleanHistory(
  history: readonly (number | null)[],
  frequency: number,
  options: CleaningOptions,
): CleanHistory {
  refuseUnusable(history)
  const { stockouts = [], exclude = [], promoted = [] } = options
  const notes: Note[] = []
  const netted = options.returns === 'net' ? returnsNetted(history, notes) : history
  const aside = new Set([...stockouts, ...exclude, ...promoted])
  const gaps = netted.filter((value, t) => value === null && !aside.has(t)).length
  const known = netted.map((value, t) => (value === null || aside.has(t) ? undefined : value))
  if (known.every((value) => value === undefined)) {
    throw new Refusal(
      'HISTORY_EMPTY',
      'No period is left to forecast from: every one is a gap, a stock-out, excluded or promoted.',
    )
  }
  const filled = interpolated(known, frequency)
  const base = censored(netted, filled, stockouts, notes)
  if (gaps > 0) notes.push(note('GAPS_FILLED', { count: gaps }))
  if (exclude.length > 0) notes.push(note('EXCLUDED_FILLED', { count: new Set(exclude).size }))
  const uplift = upliftOf(netted, filled, promoted, notes)
  return { values: withoutOutliers(base, frequency, aside, options, notes), uplift, notes }
}

function refuseUnusable(history: readonly (number | null)[]): void {
  if (history.length === 0) {
    throw new Refusal(
      'HISTORY_EMPTY',
      'The history has no periods: give the demand of past periods.',
    )
  }
  for (const [t, value] of history.entries()) {
    if (value === null || (Number.isFinite(value) && Math.abs(value) < TOO_LARGE)) continue
    throw new Refusal(
      'HISTORY_OUT_OF_RANGE',
      `The value of period ${t} is ${value}: demand is below 1e15; use a larger unit, or null for a gap.`,
    )
  }
}

/** A return undoes the latest demand before it; what no demand is left for is dropped. */
function returnsNetted(history: readonly (number | null)[], notes: Note[]): (number | null)[] {
  const netted = [...history]
  let count = 0
  for (const [t, value] of history.entries()) {
    if (value === null || value >= 0) continue
    count++
    netted[t] = 0
    let open = -value
    for (let before = t - 1; before >= 0 && open > 0; before--) {
      const demand = netted[before]
      if (demand === null || demand === undefined || demand <= 0) continue
      const taken = Math.min(demand, open)
      netted[before] = demand - taken
      open -= taken
    }
  }
  if (count > 0) notes.push(note('RETURNS_NETTED', { count }))
  return netted
}

/**
 * Sales of a period with a stock-out are a lower bound of demand: the greater of what was sold and what the other
 * periods let expect.
 */
function censored(
  history: readonly (number | null)[],
  filled: readonly number[],
  stockouts: readonly number[],
  notes: Note[],
): number[] {
  const bounded = new Set(stockouts)
  let units = 0
  let count = 0
  const base = filled.map((expected, t) => {
    const sold = history[t]
    if (!bounded.has(t) || sold === null || sold === undefined) return expected
    if (expected <= sold) return sold
    units += expected - sold
    count++
    return expected
  })
  if (count > 0) notes.push(note('STOCKOUTS_RAISED', { count, units: Math.round(units) }))
  return base
}

function upliftOf(
  history: readonly (number | null)[],
  filled: readonly number[],
  promoted: readonly number[],
  notes: Note[],
): number {
  let sold = 0
  let base = 0
  const periods = [...new Set(promoted)].filter((t) => typeof history[t] === 'number')
  for (const t of periods) {
    sold += history[t] as number
    base += filled[t] as number
  }
  if (periods.length === 0 || base <= 0) return 1
  const uplift = sold / base
  const percent = Math.round((uplift - 1) * 100)
  notes.push(note('PROMOTIONS_REMOVED', { count: periods.length, percent }))
  return uplift
}

/** Flags name their periods' causes already, so only what nobody explained is looked at. */
function withoutOutliers(
  base: readonly number[],
  frequency: number,
  aside: ReadonlySet<number>,
  { outliers }: CleaningOptions,
  notes: Note[],
): readonly number[] {
  if (outliers === undefined) return base
  const found = outliersOf(base, frequency).filter((t) => !aside.has(t))
  if (found.length === 0) return base
  const numbers = { count: found.length, periods: listed(found) }
  if (outliers === 'report') {
    notes.push(note('OUTLIERS_FOUND', numbers))
    return base
  }
  notes.push(note('OUTLIERS_REPLACED', numbers))
  const out = new Set(found)
  return interpolated(
    base.map((value, t) => (out.has(t) ? undefined : value)),
    frequency,
  )
}

/** The first ten, from 0. */
function listed(found: readonly number[]): string {
  return found.slice(0, 10).join(', ') + (found.length > 10 ? ' …' : '')
}
