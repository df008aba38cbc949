import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { MOST_POINTS, surplusPoints } from '../../../src/rollout/evidence/thin-evidence.ts'

interface Point {
  readonly at: number
  readonly step: number
  readonly e: number
}

/** Points of a rollout, oldest first: gaps of up to ten minutes, steps that only rise. */
const rollouts = fc
  .array(
    fc.record({
      gapMs: fc.integer({ min: 0, max: 600_000 }),
      rises: fc.boolean(),
      e: fc.double({ min: 0, max: 1e15, noNaN: true }),
    }),
    { maxLength: 300 },
  )
  .map((rows) => {
    let [at, step] = [1_800_000_000_000, 0]
    return rows.map<Point>(({ gapMs, rises, e }) => {
      at += gapMs
      if (rises && step < 9) step += 1
      return { at, step, e }
    })
  })

function thinned(points: readonly Point[], most: number): readonly Point[] {
  const surplus = new Set(surplusPoints(points, most))
  return points.filter((point) => !surplus.has(point))
}

t.test('what fits stays as it is', async () => {
  fc.assert(fc.property(rollouts, (points) => surplusPoints(points, points.length).length === 0))
})

t.test('thinning keeps to the bound, the ends, every step and the highest evidence', async (t) => {
  fc.assert(
    fc.property(rollouts, fc.integer({ min: 24, max: 100 }), (points, most) => {
      const kept = thinned(points, most)
      t.ok(kept.length <= most)
      t.equal(kept[0], points[0])
      t.equal(kept.at(-1), points.at(-1))
      const steps = (of: readonly Point[]) => [...new Set(of.map(({ step }) => step))]
      t.same(steps(kept), steps(points))
      const highest = (of: readonly Point[]) => of.reduce((most, { e }) => Math.max(most, e), 0)
      t.equal(highest(kept), highest(points))
    }),
    { numRuns: 50 },
  )
})

t.test('two nodes that thin at once take the same away', async (t) => {
  fc.assert(
    fc.property(rollouts, (points) => {
      t.same(surplusPoints(points, 24), surplusPoints(structuredClone(points), 24))
    }),
    { numRuns: 50 },
  )
})

t.test('a rollout of six hours, a point a second, stays bounded and evenly fine', async (t) => {
  let points: Point[] = []
  let [passes, most] = [0, 0]
  for (let second = 0; second < 21_600; second++) {
    points.push({ at: second * 1000, step: 0, e: second === 10_000 ? 90 : 1 })
    if (points.length > MOST_POINTS) {
      points = [...thinned(points, MOST_POINTS)]
      passes += 1
    }
    most = Math.max(most, points.length)
  }
  t.ok(most <= MOST_POINTS)
  t.ok(passes <= (2 * 21_600) / MOST_POINTS, `thinned ${passes} times`)
  t.ok(
    points.some(({ e }) => e === 90),
    'the one peak is still there',
  )
  const gaps = points.slice(1).map(({ at }, index) => at - (points[index]?.at ?? 0))
  t.ok(Math.max(...gaps) <= 300_000, `gaps of ${Math.max(...gaps)} ms at most`)
})
