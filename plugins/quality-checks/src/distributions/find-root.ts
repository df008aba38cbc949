/** Every third step halves the interval at least: enough for any interval of doubles. */
const MOST_STEPS = 3300

/** An interval in which f rises through 0; a weight is halved for the end that stays, so that it is left at last. */
interface Interval {
  readonly a: number
  readonly fa: number
  readonly b: number
  readonly fb: number
}

/**
 * The root between low and high of an f that rises through 0 there, to the last digit of a double: regula falsi in
 * the Illinois form (Dowell and Jarratt 1971), with a bisection in every third step.
 */
export function findRoot(f: (x: number) => number, low: number, high: number): number {
  let interval: Interval = { a: low, fa: f(low), b: high, fb: f(high) }
  if (interval.fa >= 0) return low
  if (interval.fb <= 0) return high
  for (let step = 1; step < MOST_STEPS && isOpen(interval); step++) {
    const x = step % 3 === 0 ? middle(interval) : secant(interval)
    const fx = f(x)
    if (fx === 0) return x
    interval = narrowed(interval, x, fx)
  }
  return middle(interval)
}

/** The root of a rising f from `from` on; f is above 0 somewhere. */
export function findRootBeyond(f: (x: number) => number, from: number): number {
  let high = Math.max(1, 2 * Math.abs(from))
  while (f(high) < 0) high *= 2
  return findRoot(f, from, high)
}

function isOpen({ a, b }: Interval): boolean {
  const x = (a + b) / 2
  return x > a && x < b && b - a > 2 * Number.EPSILON * Math.abs(b)
}

function middle({ a, b }: Interval): number {
  return (a + b) / 2
}

function secant(interval: Interval): number {
  const { a, fa, b, fb } = interval
  const x = a - (fa * (b - a)) / (fb - fa)
  return x > a && x < b ? x : middle(interval)
}

function narrowed({ a, fa, b, fb }: Interval, x: number, fx: number): Interval {
  return fx < 0 ? { a: x, fa: fx, b, fb: fb / 2 } : { a, fa: fa / 2, b: x, fb: fx }
}
