import type { StepError } from '../intervals/spread.ts'
import type { Combination } from '../methods/method-table.ts'
import type { BackTest } from './back-test.ts'

/** How one candidate did at the origins of the back-test. */
export interface Candidate {
  readonly id: string
  /** Errors of each origin; undefined where the candidate could not serve. */
  readonly errors: readonly (readonly StepError[] | undefined)[]
  /** Mean absolute error over all steps and origins; Infinity where an origin is missing. */
  readonly mae: number
}

export interface Choice {
  readonly chosen: string
  /** Set where a method replaced the combination: how much lower its error is, and at how many origins. */
  readonly clearly?: { readonly gain: number; readonly wins: number }
}

/** What a method must take off the combination's error: less is within the luck of eight origins. */
const CLEAR_GAIN = 0.1
/** Share of the origins at which it must do so: one good origin is no proof. */
const CLEAR_WINS = 0.75

/** The combination first, then each method that was tested. */
export function candidatesOf(
  values: readonly number[],
  test: BackTest,
  combination: Combination,
): Candidate[] {
  const combined = test.origins.map((_, k) => {
    const rows = combination.members.flatMap((id) => {
      const row = test.forecasts.get(id)?.[k]
      return row === undefined ? [] : [row]
    })
    return rows[0]?.map((_, h) => combination.of(rows.map((row) => row[h] as number)))
  })
  return [[combination.id, combined] as const, ...test.forecasts].map(([id, forecasts]) =>
    candidateOf(id, values, test.origins, forecasts),
  )
}

/**
 * The combination stands unless a single method is clearly better: its mean absolute error over the back-test is at
 * least a tenth lower, and it is lower at three origins of four. Of several such methods, the one with the least.
 * Choosing the least error outright does worse than the combination, since eight origins are few.
 */
export function chooseCandidate(candidates: readonly Candidate[]): Choice {
  const [combination, ...singles] = candidates as [Candidate, ...Candidate[]]
  let choice: Choice = { chosen: combination.id }
  let least = combination.mae * (1 - CLEAR_GAIN)
  for (const single of singles) {
    const wins = winsOf(single, combination)
    if (!(single.mae < least) || wins < CLEAR_WINS * combination.errors.length) continue
    least = single.mae
    choice = { chosen: single.id, clearly: { gain: 1 - single.mae / combination.mae, wins } }
  }
  return choice
}

/**
 * Errors of choosing itself: at each origin those of the method that the other origins would have chosen. The chosen one's
 * own were looked at to choose it, and are smaller than what it will make (Stone 1974, "Cross-validatory choice", Journal
 * of the Royal Statistical Society B 36, 111–147).
 */
export function errorsOfChoosing(
  candidates: readonly Candidate[],
): (readonly StepError[] | undefined)[] {
  const origins = candidates[0]?.errors ?? []
  return origins.map((_, k) => {
    const others = candidates.map(({ id, errors }) => scored(id, errors.toSpliced(k, 1)))
    const { chosen } = chooseCandidate(others)
    return candidates.find(({ id }) => id === chosen)?.errors[k]
  })
}

function candidateOf(
  id: string,
  values: readonly number[],
  origins: readonly number[],
  forecasts: readonly (readonly number[] | undefined)[],
): Candidate {
  const errors = origins.map((origin, k) =>
    forecasts[k]?.map((forecast, h) => ({
      step: h + 1,
      forecast,
      error: (values[origin + h] as number) - forecast,
    })),
  )
  return scored(id, errors)
}

function scored(id: string, errors: Candidate['errors']): Candidate {
  const complete = errors.length > 0 && errors.every((row) => row !== undefined)
  return {
    id,
    errors,
    mae: complete ? meanAbsolute(errors.flat() as StepError[]) : Number.POSITIVE_INFINITY,
  }
}

function winsOf(single: Candidate, combination: Candidate): number {
  return single.errors.filter((row, k) => {
    const other = combination.errors[k]
    return row !== undefined && other !== undefined && meanAbsolute(row) < meanAbsolute(other)
  }).length
}

function meanAbsolute(errors: readonly StepError[]): number {
  return errors.reduce((sum, { error }) => sum + Math.abs(error), 0) / errors.length
}
