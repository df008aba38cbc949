import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { arrivalOf } from '../../src/arrivals/arrival.ts'
import { calibrate } from '../../src/arrivals/calibrate.ts'
import { dispatchSeason } from '../../src/arrivals/dispatch-season.ts'
import { learnLanes, tripCurve } from '../../src/arrivals/lane-model.ts'
import { logHours, type Passage } from '../../src/arrivals/passage.ts'
import {
  curveLevels,
  probabilityOf,
  sampleQuantile,
  valueAt,
} from '../../src/arrivals/quantile-curve.ts'
import { simulatedPassages } from './simulated-passages.ts'

const HOUR_MS = 3_600_000
const curve = fc
  .array(fc.double({ min: 0.001, max: 2, noNaN: true }), {
    minLength: curveLevels.length,
    maxLength: curveLevels.length,
  })
  .map((steps) => {
    let sum = 0
    return steps.map((step) => (sum += step))
  })

t.test('a curve and its inverse agree, in the tails too', async () => {
  fc.assert(
    fc.property(
      curve,
      fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      (points, probability) => {
        const there = probabilityOf(points, valueAt(points, probability))
        return Math.abs(there - probability) < 1e-9
      },
    ),
  )
})

t.test('quantiles are those of definition 8', async (t) => {
  const sample = [1, 2, 4, 8, 16, 32]
  // R: quantile(c(1,2,4,8,16,32), c(.1,.25,.5,.9), type = 8)
  const expected = [1, 1.916666667, 6, 32]
  for (const [index, level] of [0.1, 0.25, 0.5, 0.9].entries()) {
    t.ok(Math.abs(sampleQuantile(sample, level) - (expected[index] ?? 0)) < 1e-8, `${level}`)
  }
})

t.test('the weeks around the Spring Festival are a season of their own', async (t) => {
  const china = 8 * HOUR_MS
  const seasonOf = (day: string) => dispatchSeason(Date.parse(`${day}T12:00:00+08:00`), china)
  t.equal(seasonOf('2026-02-17'), 'spring-festival', 'its first day')
  t.equal(seasonOf('2027-02-06'), 'spring-festival', 'which some calendars have a day off')
  t.equal(seasonOf('2026-06-05'), 'friday')
  t.equal(
    dispatchSeason(Date.parse('2026-06-05T23:30:00Z'), china),
    'saturday',
    'by the local clock',
  )
})

t.test(
  'eight in ten arrive within the range, and its middle beats the median of the lane',
  async (t) => {
    const passages = simulatedPassages(1, 2400)
    const split = 1600
    const [known, tested] = [passages.slice(0, split), passages.slice(split)]
    const models = learnLanes(known)
    const { widen } = calibrate(known)
    let inside = 0
    const loss = { model: 0, lane: 0 }
    for (const passage of tested) {
      const points = tripCurve(models, passage)
      if (points === undefined) throw new Error('no curve')
      const arrival = arrivalOf(points, { fromMs: passage.atMs, nowMs: passage.atMs, widen })
      const at = passage.atMs + passage.hours * HOUR_MS
      if (at >= arrival.earlyMs && at <= arrival.lateMs) inside += 1
      loss.model += Math.abs(logHours(passage.hours) - valueAt(points, 0.5))
      loss.lane += Math.abs(logHours(passage.hours) - laneMedian(known, passage))
    }
    const coverage = inside / tested.length
    t.ok(coverage >= 0.75 && coverage <= 0.85, `${coverage}`)
    t.ok(
      loss.model < loss.lane * 0.95,
      `${loss.model / loss.lane} of the loss of the lane's median`,
    )
  },
)

/** What there is to beat: the median of the lane's own passages, of all where it has none. */
function laneMedian(known: readonly Passage[], { lane }: Passage): number {
  const own = known.filter((one) => one.lane === lane)
  const values = (own.length === 0 ? known : own).map(({ hours }) => logHours(hours))
  return sampleQuantile(
    values.sort((a, b) => a - b),
    0.5,
  )
}

t.test(
  'a lane that was never seen is judged by its carrier, and one of nobody by all',
  async (t) => {
    const models = learnLanes(simulatedPassages(2, 600))
    const trip = { milestone: 'dispatched', season: 'monday' } as const
    const fast = tripCurve(models, { ...trip, carrier: 'sf', lane: 'nowhere>elsewhere' })
    const slow = tripCurve(models, { ...trip, carrier: 'yunda', lane: 'nowhere>elsewhere' })
    const any = tripCurve(models, { ...trip, carrier: 'unknown', lane: 'nowhere>elsewhere' })
    if (fast === undefined || slow === undefined || any === undefined) throw new Error('no curve')
    t.ok(valueAt(fast, 0.5) < valueAt(any, 0.5))
    t.ok(valueAt(slow, 0.5) > valueAt(any, 0.5))
    t.equal(
      tripCurve(models, { ...trip, milestone: 'customs', carrier: 'sf', lane: 'x' }),
      undefined,
    )
  },
)

t.test('the longer it takes, the later it comes, and never before now', async () => {
  const models = learnLanes(simulatedPassages(3, 600))
  const points = tripCurve(models, {
    milestone: 'dispatched',
    season: 'monday',
    carrier: 'sf',
    lane: 'SUZHOU>WUHAN',
  })
  if (points === undefined) throw new Error('no curve')
  const hours = fc.double({ min: 0, max: 2000, noNaN: true })
  fc.assert(
    fc.property(
      hours,
      hours,
      fc.double({ min: -0.3, max: 0.3, noNaN: true }),
      (one, other, widen) => {
        const [sooner, later] = one < other ? [one, other] : [other, one]
        const at = (passed: number) =>
          arrivalOf(points, {
            fromMs: 0,
            nowMs: passed * HOUR_MS,
            promisedAtMs: 60 * HOUR_MS,
            widen,
          })
        const [first, second] = [at(sooner), at(later)]
        const isOrdered = (a: ReturnType<typeof at>) =>
          a.earlyMs <= a.medianMs && a.medianMs <= a.lateMs
        return (
          isOrdered(first) &&
          isOrdered(second) &&
          second.medianMs >= first.medianMs - 1 &&
          first.earlyMs >= sooner * HOUR_MS &&
          (second.lateProbability ?? 0) >= (first.lateProbability ?? 0) - 1e-9
        )
      },
    ),
  )
})
