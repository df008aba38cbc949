/** What a chart of a screen's width can show; about 100 KB a rollout. */
export const MOST_POINTS = 500

interface Timed {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly step: number
  readonly e: number
}

const LEAST_WIDTH_MS = 1000
/** Doubled so often, a stretch is 35 years. */
const MOST_DOUBLINGS = 40

/**
 * Which of a rollout's points stay when there are more than `most`: of each stretch of time in a step, the one with the
 * most evidence against the version, so that the highest that the evidence ever was is never lost; and the first
 * and the last. Stretches are twice as long as they must be, so that it is seldom done, and grow with the
 * rollout, so that its beginning is kept as fine as its end. Pure: nodes that thin at once agree.
 * @returns those that go; with more steps than fit into `most` too few, as each step keeps one
 */
export function surplusPoints<Point extends Timed>(
  points: readonly Point[],
  most: number,
): readonly Point[] {
  if (points.length <= most) return []
  let kept = new Set<Point>(points)
  for (let doubling = 0; doubling <= MOST_DOUBLINGS; doubling++) {
    kept = highestOf(points, LEAST_WIDTH_MS * 2 ** doubling)
    if (kept.size <= most / 2) break
  }
  const [first, last] = [points[0], points.at(-1)]
  return points.filter((point) => point !== first && point !== last && !kept.has(point))
}

function highestOf<Point extends Timed>(points: readonly Point[], widthMs: number): Set<Point> {
  const highest = new Map<string, Point>()
  for (const point of points) {
    const stretch = `${point.step} ${Math.floor(point.at / widthMs)}`
    const before = highest.get(stretch)
    // The later of equals: it knows more calls.
    if (before === undefined || point.e >= before.e) highest.set(stretch, point)
  }
  return new Set(highest.values())
}
