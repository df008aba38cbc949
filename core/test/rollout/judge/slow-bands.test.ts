import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import type { Arm } from '../../../src/rollout/cohorts/cohort.ts'
import {
  addBand,
  type Band,
  bands,
  callsOver,
  emptySlowTally,
  logSlowEvidence,
  mergeSlowTallies,
  type SlowTally,
  tellingLine,
} from '../../../src/rollout/judge/slow-bands.ts'

interface Call {
  readonly band: Band
  readonly arm: Arm
  readonly probability: number
}

const probabilities = fc.double({ min: 0.001, max: 0.999, noNaN: true })
const calls = fc.array(
  fc.record<Call>({
    band: fc.constantFrom(...bands),
    arm: fc.constantFrom<Arm>('canary', 'stable'),
    probability: probabilities,
  }),
  { maxLength: 60 },
)

function tallyOf(list: readonly Call[]): SlowTally {
  return list.reduce(
    (tally, { band, arm, probability }) => addBand(tally, band, arm, probability),
    emptySlowTally,
  )
}

function isClose(left: number, right: number): boolean {
  return Math.abs(left - right) <= 1e-9 * Math.max(1, Math.abs(left), Math.abs(right))
}

/** Growth that is to be expected of one more call in a band, which is the canary's with a chance. */
function growth(tally: SlowTally, band: Band, probability: number, chance: number): number {
  const to = (arm: Arm) =>
    Math.exp(logSlowEvidence(addBand(tally, band, arm, probability)) - logSlowEvidence(tally))
  return chance * to('canary') + (1 - chance) * to('stable')
}

t.test('without a call the e-value is 1', async (t) => {
  t.ok(isClose(logSlowEvidence(emptySlowTally), 0))
})

t.test('for a version as fast as stable no call is expected to add evidence', async () => {
  fc.assert(
    fc.property(calls, fc.constantFrom(...bands), probabilities, (before, band, probability) => {
      return growth(tallyOf(before), band, probability, probability) <= 1 + 1e-9
    }),
  )
})

t.test('nor of one with a quarter more slow calls and a tenth fewer fast ones', async () => {
  fc.assert(
    fc.property(calls, probabilities, (before, probability) => {
      const tally = tallyOf(before)
      const at = (factor: number) =>
        (factor * probability) / (factor * probability + 1 - probability)
      return (
        growth(tally, 'fast', probability, at(0.9)) <= 1 + 1e-9 &&
        growth(tally, 'overTenth', probability, at(1.25)) <= 1 + 1e-9 &&
        growth(tally, 'overHundredth', probability, at(1.25)) <= 1 + 1e-9
      )
    }),
  )
})

t.test('what nodes saw apart adds up, in any order, to what one would have seen', async () => {
  fc.assert(
    fc.property(calls, calls, (some, others) => {
      const [left, right] = [tallyOf(some), tallyOf(others)]
      const together = tallyOf([...some, ...others])
      return [mergeSlowTallies(left, right), mergeSlowTallies(right, left)].every(
        (merged) =>
          isClose(logSlowEvidence(merged), logSlowEvidence(together)) &&
          String(merged.canary) === String(together.canary),
      )
    }),
  )
})

t.test('a fast call of stable beside slow ones of the canary is evidence, too', async (t) => {
  const slow = tallyOf(
    Array.from(
      { length: 5 },
      () => ({ band: 'overTenth', arm: 'canary', probability: 0.1 }) as const,
    ),
  )
  const fast = addBand(slow, 'fast', 'stable', 0.1)
  t.ok(logSlowEvidence(fast) > logSlowEvidence(slow))
})

t.test('a call that crosses a line crosses those before it', async (t) => {
  const tally = tallyOf([
    { band: 'overHundredth', arm: 'canary', probability: 0.1 },
    { band: 'overHalf', arm: 'stable', probability: 0.1 },
    { band: 'fast', arm: 'stable', probability: 0.1 },
  ])
  t.same(callsOver(tally, 'overHalf'), { canary: 1, stable: 1 })
  t.same(callsOver(tally, 'overTenth'), { canary: 1, stable: 0 })
})

t.test('the line that tells most is the one spoken of', async (t) => {
  const many = (count: number, band: Band, arm: Arm): Call[] =>
    Array.from({ length: count }, () => ({ band, arm, probability: 0.1 }))
  const shifted = [
    ...many(95, 'fast', 'stable'),
    ...many(85, 'overHalf', 'stable'),
    ...many(10, 'overHalf', 'canary'),
  ]
  t.equal(tellingLine(tallyOf(shifted)), 'overHalf')
  const tail = [...many(95, 'fast', 'stable'), ...many(4, 'overHundredth', 'canary')]
  t.equal(tellingLine(tallyOf(tail)), 'overHundredth')
})
