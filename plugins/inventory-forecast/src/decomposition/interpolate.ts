import { mstl, usableSeasons } from './mstl.ts'

/**
 * Fills periods without a value: on a straight line between the known neighbours, the season taken out before and put
 * back after where the history shows one (the way of R's `na.interp`). At the ends the nearest known level goes on.
 * @param values at least one is known.
 */
export function interpolated(values: readonly (number | undefined)[], frequency: number): number[] {
  const straight = onLines(values)
  const complete = values.every((value) => value !== undefined)
  if (complete || usableSeasons(values.length, [frequency]).length === 0) return straight
  const [season] = mstl(straight, [frequency], true).seasonals
  const adjusted = onLines(
    values.map((value, t) =>
      value === undefined ? undefined : value - (season?.values[t] as number),
    ),
  )
  return adjusted.map((value, t) => values[t] ?? value + (season?.values[t] as number))
}

function onLines(values: readonly (number | undefined)[]): number[] {
  const known = values.flatMap((value, t) => (value === undefined ? [] : [t]))
  let next = 0
  return values.map((value, t) => {
    if (value !== undefined) return value
    while (next < known.length && (known[next] as number) < t) next++
    const after = known[next]
    const before = known[next - 1]
    if (after === undefined || before === undefined) {
      return values[(after ?? before) as number] as number
    }
    const low = values[before] as number
    return low + (((values[after] as number) - low) * (t - before)) / (after - before)
  })
}
