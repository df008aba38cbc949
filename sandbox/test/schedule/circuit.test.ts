import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import {
  afterStrike,
  afterSurvival,
  afterWait,
  type Circuit,
  circuitTable,
  newCircuit,
  STRIKE_WINDOW_MS,
  STRIKES_ALLOWED,
} from '../../src/schedule/circuit.ts'
import { Strikes } from '../../src/schedule/strikes.ts'

const bad = { plugin: '@evil/miner', version: '1.0.0', publisher: '@evil' }
const other = { plugin: '@evil/miner', version: '1.1.0', publisher: '@evil' }

t.test(
  'the third strike within ten minutes opens the circuit, a slower third does not',
  async (t) => {
    const strikes = new Strikes()
    t.match(strikes.strike(bad, 0), { strikes: 1, isOpened: false })
    t.match(strikes.strike(bad, STRIKE_WINDOW_MS - 1), { strikes: 2, isOpened: false })
    t.match(strikes.strike(bad, STRIKE_WINDOW_MS), { strikes: 2, isOpened: false })
    t.match(strikes.strike(bad, STRIKE_WINDOW_MS + 1), { strikes: 3, isOpened: true })
    t.match(strikes.admit(bad, STRIKE_WINDOW_MS + 2), { kind: 'refused', retryAfterS: 60 })
    t.match(strikes.admit(other, STRIKE_WINDOW_MS + 2), { kind: 'admitted' }, 'another version')
  },
)

t.test(
  'the publisher is kept apart from the first strike until ten quiet minutes are over',
  async (t) => {
    const strikes = new Strikes()
    t.equal(strikes.isApart('@evil', 0), false)
    strikes.strike(bad, 0)
    t.equal(strikes.isApart('@evil', 1), true)
    t.equal(strikes.isApart('@good', 1), false)
    t.equal(strikes.isApart('@evil', STRIKE_WINDOW_MS), false)
  },
)

const opened = (): Strikes => {
  const strikes = new Strikes()
  for (let n = 0; n < STRIKES_ALLOWED; n++) strikes.strike(bad, n)
  return strikes
}

t.test(
  'after its rest one call is let through; when it does no harm the circuit closes',
  async (t) => {
    const strikes = opened()
    const later = 60_010
    t.match(strikes.admit(bad, later), { kind: 'probe' })
    t.match(strikes.admit(bad, later), { kind: 'refused', retryAfterS: 1 }, 'one at a time')
    t.equal(strikes.probeEnded(bad, false), false, 'it never ran: nothing is known')
    t.match(strikes.admit(bad, later), { kind: 'probe' })
    t.equal(strikes.probeEnded(bad, true), true)
    t.match(strikes.admit(bad, later), { kind: 'admitted' })
  },
)

t.test('a probe that costs the lane opens it again, for twice as long', async (t) => {
  const strikes = opened()
  t.match(strikes.admit(bad, 60_010), { kind: 'probe' })
  t.match(strikes.strike(bad, 60_020), { isOpened: true })
  t.equal(strikes.probeEnded(bad, true), false, 'the strike has ended it')
  t.match(strikes.admit(bad, 60_030), { kind: 'refused', retryAfterS: 120 })
})

t.test(
  'whatever happens, the circuit is in a state of the table, and rests at most ten minutes',
  async (t) => {
    const step = fc.record({ what: fc.constantFrom('strike', 'survive'), ms: fc.nat(900_000) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let circuit: Circuit = newCircuit
        let now = 0
        for (const { what, ms } of steps) {
          now += ms
          circuit = afterWait(circuit, now)
          circuit = what === 'strike' ? afterStrike(circuit, now) : afterSurvival(circuit)
          t.ok(Object.hasOwn(circuitTable, circuit.state))
          t.ok(circuit.openUntil - now <= 600_000)
          t.ok(circuit.state !== 'open' || circuit.openUntil > now)
        }
      }),
      { numRuns: 100, seed: 1 },
    )
  },
)
