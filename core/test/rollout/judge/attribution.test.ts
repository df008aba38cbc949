import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import {
  addEvents,
  emptyTally,
  logEvidence,
  mergeTallies,
  type Tally,
} from '../../../src/rollout/judge/attribution.ts'

const probabilities = fc.double({ min: 0, max: 1, noNaN: true })
const events = fc.array(fc.record({ probability: probabilities, onCanary: fc.boolean() }), {
  maxLength: 60,
})
type Events = readonly { readonly probability: number; readonly onCanary: boolean }[]

const onCanary = { canary: 1, stable: 0 }
const onStable = { canary: 0, stable: 1 }

function tallyOf(list: Events): Tally {
  return list.reduce(
    (tally, event) => addEvents(tally, event.probability, event.onCanary ? onCanary : onStable),
    emptyTally,
  )
}

function isClose(left: number, right: number): boolean {
  return Math.abs(left - right) <= 1e-9 * Math.max(1, Math.abs(left), Math.abs(right))
}

t.test('without an event the e-value is 1', async (t) => {
  t.ok(isClose(logEvidence(emptyTally), 0))
})

t.test(
  'for a healthy version the expected e-value of the next event is at most the present one',
  async () => {
    fc.assert(
      fc.property(events, probabilities, (before, probability) => {
        const tally = tallyOf(before)
        const ifCanary = logEvidence(addEvents(tally, probability, onCanary))
        const ifStable = logEvidence(addEvents(tally, probability, onStable))
        const growth = (log: number) => Math.exp(log - logEvidence(tally))
        const expected = probability * growth(ifCanary) + (1 - probability) * growth(ifStable)
        return expected <= 1 + 1e-9
      }),
    )
  },
)

t.test('the same holds for a version up to a quarter worse', async () => {
  fc.assert(
    fc.property(events, probabilities, (before, probability) => {
      const tally = tallyOf(before)
      const worse = (1.25 * probability) / (1.25 * probability + 1 - probability)
      const growth = (event: typeof onCanary) =>
        Math.exp(logEvidence(addEvents(tally, probability, event)) - logEvidence(tally))
      return worse * growth(onCanary) + (1 - worse) * growth(onStable) <= 1 + 1e-9
    }),
  )
})

t.test('what nodes saw apart adds up to what one would have seen', async () => {
  fc.assert(
    fc.property(events, events, (some, others) => {
      const merged = mergeTallies(tallyOf(some), tallyOf(others))
      const together = tallyOf([...some, ...others])
      return (
        merged.canary === together.canary &&
        merged.stable === together.stable &&
        isClose(logEvidence(merged), logEvidence(together))
      )
    }),
  )
})

t.test('events counted at once weigh as much as one by one', async (t) => {
  const many = addEvents(emptyTally, 0.05, { canary: 7, stable: 40 })
  const list = Array.from({ length: 47 }, (_, at) => ({ probability: 0.05, onCanary: at < 7 }))
  t.ok(isClose(logEvidence(many), logEvidence(tallyOf(list))))
})

t.test('a call that could only go to one arm says nothing', async (t) => {
  t.ok(isClose(logEvidence(addEvents(emptyTally, 1, { canary: 1000, stable: 0 })), 0))
  t.ok(isClose(logEvidence(addEvents(emptyTally, 0, { canary: 0, stable: 1000 })), 0))
})

t.test('a higher probability never makes the evidence stronger', async () => {
  fc.assert(
    fc.property(events, (list) => {
      const higher = list.map((event) => ({
        ...event,
        probability: Math.min(1, event.probability * 1.1),
      }))
      return logEvidence(tallyOf(higher)) <= logEvidence(tallyOf(list)) + 1e-9
    }),
  )
})

t.test('a million events overflow nothing', async (t) => {
  const tally = addEvents(emptyTally, 0.01, { canary: 1_000_000, stable: 0 })
  t.ok(Number.isFinite(logEvidence(tally)))
})
