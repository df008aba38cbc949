import type { Day } from '../calendar/civil-day.ts'
import { addPeriods, periodStart } from '../calendar/period.ts'
import { type PeriodKind, periodRules } from './period-rules.ts'

/** Which figure of a day is demand: what left the stock and what was missing, or what was ordered. */
export type DemandFrom = 'issues' | 'orders'

/** One day of a series, as it is kept. Days without any movement are left out. */
export interface DemandDay {
  readonly day: Day
  readonly issued: number
  readonly returned: number
  readonly unmet: number
  readonly stockedOut: boolean
  readonly ordered: number
  /** A loaded history's figure, which stands for the whole day. */
  readonly loaded?: number
  readonly loadedOut?: boolean
  readonly stockLeast?: number
  readonly stockLast?: number
}

export interface DemandPeriod {
  readonly start: Day
  readonly days: number
  readonly demand: number
  /** Days on which there was nothing to sell: demand of them was not seen, not absent. */
  readonly daysOut: number
}

/** Demand of one day. Returns take from it what came back on that day; so a day may be negative, a period is not. */
function demandOfDay(day: DemandDay, from: DemandFrom): number {
  if (day.loaded !== undefined) return day.loaded
  return from === 'orders' ? day.ordered : day.issued + day.unmet - day.returned
}

/**
 * Whole periods from the first day with demand up to the one before that of `today`, each with its days out of stock: a
 * day is out where its least stock told is 0 or less, or where nothing moved and the day before ended so.
 *
 * Returns that exceed the issues of a period are carried back into the periods before, which is where the goods had
 * been counted as demand; what nothing is left to take from is dropped and counted in `unmatchedReturns`.
 */
export function periodsOf(
  days: readonly DemandDay[],
  kind: PeriodKind,
  from: DemandFrom,
  today: Day,
): { readonly periods: readonly DemandPeriod[]; readonly unmatchedReturns: number } {
  const sorted = [...days].sort((a, b) => a.day - b.day)
  const first = sorted.find((day) => demandOfDay(day, from) > 0)
  const end = periodStart(today, kind)
  if (first === undefined || first.day >= end) return { periods: [], unmatchedReturns: 0 }
  const raw = bucketed(sorted, kind, from, { first: first.day, end })
  const { periods, unmatchedReturns } = withReturnsCarriedBack(raw)
  return { periods: periods.slice(-periodRules[kind].longestHistory), unmatchedReturns }
}

function bucketed(
  sorted: readonly DemandDay[],
  kind: PeriodKind,
  from: DemandFrom,
  { first, end }: { readonly first: Day; readonly end: Day },
): readonly DemandPeriod[] {
  const byDay = new Map(sorted.map((day) => [day.day, day]))
  const before = sorted.findLast(({ day, stockLast }) => day < first && stockLast !== undefined)
  let stock = before?.stockLast
  const periods: DemandPeriod[] = []
  let start = periodStart(first, kind)
  while (start < end) {
    const next = addPeriods(start, kind, 1)
    let demand = 0
    let daysOut = 0
    for (let number = start; number < next; number++) {
      const day = byDay.get(number)
      if (day !== undefined) demand += demandOfDay(day, from)
      if (number >= first && isOut(day, stock)) daysOut++
      stock = day?.stockLast ?? stock
    }
    periods.push({ start, days: next - start, demand: exact(demand), daysOut })
    start = next
  }
  return periods
}

function isOut(day: DemandDay | undefined, stockBefore: number | undefined): boolean {
  // What was missing is told: the day's demand is whole.
  if (day !== undefined && day.unmet > 0) return false
  if (day?.loadedOut === true || day?.stockedOut === true) return true
  const least = day?.stockLeast ?? (day === undefined ? stockBefore : undefined)
  return least !== undefined && least <= 0
}

function withReturnsCarriedBack(raw: readonly DemandPeriod[]) {
  const periods: DemandPeriod[] = []
  let open = 0
  for (const period of [...raw].reverse()) {
    const left = period.demand - open
    open = Math.max(-left, 0)
    periods.push({ ...period, demand: exact(Math.max(left, 0)) })
  }
  return { periods: periods.reverse(), unmatchedReturns: exact(open) }
}

/** Quantities have six decimals where they are kept: what a sum of doubles has beyond them is rounding. */
function exact(value: number): number {
  return Math.round(value * 1e6) / 1e6
}
