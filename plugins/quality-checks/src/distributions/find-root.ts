/** Every two steps halve the interval at least: enough for any interval of doubles. */
const MOST_STEPS = 2200

/**
 * The root between low and high of an f that rises through 0 there, to the last digit of a double: regula falsi in
 * the Illinois form (Dowell and Jarratt 1971), and a bisection whenever that did not halve the interval.
 */
export function findRoot(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high]
  let [fa, fb] = [f(a), f(b)]
  if (fa >= 0) return a
  if (fb <= 0) return b
  for (let step = 0, width = b - a; step < MOST_STEPS; step++) {
    const bisects = step % 2 === 1 && b - a > width / 2
    if (step % 2 === 1) width = b - a
    const x = bisects ? (a + b) / 2 : a - (fa * (b - a)) / (fb - fa)
    if (!(x > a && x < b)) {
      const middle = (a + b) / 2
      if (middle <= a || middle >= b) return Math.abs(fa) < Math.abs(fb) ? a : b
      if (f(middle) < 0) [a, fa] = [middle, f(middle)]
      else [b, fb] = [middle, f(middle)]
      continue
    }
    const fx = f(x)
    if (fx === 0) return x
    if (fx < 0) {
      ;[a, fa] = [x, fx]
      fb /= 2
    } else {
      ;[b, fb] = [x, fx]
      fa /= 2
    }
    if (b - a <= 2 * Number.EPSILON * Math.abs(b)) return (a + b) / 2
  }
  return (a + b) / 2
}

/** The root of a rising f from `from` on; f is above 0 somewhere. */
export function findRootBeyond(f: (x: number) => number, from: number): number {
  let high = Math.max(1, 2 * Math.abs(from))
  while (f(high) < 0) high *= 2
  return findRoot(f, from, high)
}
