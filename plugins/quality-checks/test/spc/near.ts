import type { Test } from 'tap'

/** A number within `tolerance` of the wanted one. */
export function near(
  t: Test,
  found: number | null | undefined,
  wanted: number,
  tolerance: number,
  name: string,
): void {
  const isNear = Math.abs((found ?? Number.NaN) - wanted) <= tolerance
  t.ok(isNear, `${name}: ${found} is within ${tolerance} of ${wanted}`)
}
