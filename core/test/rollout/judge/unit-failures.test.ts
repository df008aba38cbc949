import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { SeededRandom } from '../../../bench/seeded-random.ts'
import { type Arm, bucketOf, isInCanary } from '../../../src/rollout/cohorts/cohort.ts'
import { addEvents, logEvidence, more, tolerating } from '../../../src/rollout/judge/attribution.ts'
import { evidence, judge } from '../../../src/rollout/judge/judge.ts'
import { emptyJudgeState, type JudgeState } from '../../../src/rollout/judge/judge-state.ts'
import { NodeCounters } from '../../../src/rollout/judge/node-counters.ts'
import {
  MOST_UNITS,
  mergeUnitFailures,
  noUnitFailures,
  type UnitFailures,
  unitTally,
  withUnitFailure,
} from '../../../src/rollout/judge/unit-failures.ts'

const told = (key: string, arm: Arm, weightBp: number, share = 0) => ({ key, arm, weightBp, share })

function all(...failures: readonly ReturnType<typeof told>[]): UnitFailures {
  return failures.reduce<UnitFailures>(withUnitFailure, noUnitFailures)
}

t.test(
  'a unit tells of its arm once under each weight, and no more once it is the canary’s',
  async (t) => {
    const once = all(told('a', 'stable', 100))
    t.equal(withUnitFailure(once, told('a', 'stable', 100)), once)
    const moved = withUnitFailure(once, told('a', 'canary', 1000))
    t.equal(withUnitFailure(moved, told('a', 'canary', 5000)), moved)
    t.same(Object.values(moved), [
      [
        [100, 0, 0],
        [1000, 0, 1],
      ],
    ])
    t.equal(
      withUnitFailure(moved, told('b', 'canary', 10_000)),
      moved,
      'who has no choice tells nothing',
    )
  },
)

t.test('its chance is what was left of the draw', async (t) => {
  const first = unitTally(all(told('a', 'canary', 1000)))
  const later = unitTally(all(told('a', 'stable', 500), told('a', 'canary', 1000)))
  const stable = unitTally(all(told('a', 'stable', 500)))
  const chance = (1000 - 500) / (10_000 - 500)
  const tolerated = (1.25 * chance) / (1.25 * chance + 1 - chance)
  const expected = Math.log(100 / (100 * tolerated + 1 - tolerated))
  const last = (later.logLikelihoods.at(-1) as number) - (stable.logLikelihoods.at(-1) as number)
  t.ok(Math.abs(last - expected) < 1e-9)
  t.ok(logEvidence(first) > 0)
})

t.test('where the canary has more of the calls than its weight, that is its chance', async (t) => {
  t.ok(
    logEvidence(unitTally(all(told('a', 'canary', 100, 0.4)))) <
      logEvidence(unitTally(all(told('a', 'canary', 100)))),
  )
})

t.test('a unit that fails on two nodes tells once', async (t) => {
  const one = all(told('a', 'stable', 100), told('b', 'canary', 500))
  const other = all(told('a', 'stable', 100), told('a', 'canary', 500), told('b', 'canary', 500))
  const merged = mergeUnitFailures(one, other)
  t.same(unitTally(merged), unitTally(other))
  t.same(mergeUnitFailures(other, one), merged)
})

t.test('however nodes share the failures, together they say the same', async () => {
  const failure = fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    weight: fc.constantFrom(100, 500, 2500, 5000),
    node: fc.nat(2),
  })
  fc.assert(
    fc.property(fc.array(failure, { maxLength: 40 }), (failures) => {
      const sorted = failures.toSorted((one, other) => one.weight - other.weight)
      const event = ({ key, weight }: (typeof sorted)[number]) =>
        told(key, isInCanary(bucketOf('s', key), weight) ? 'canary' : 'stable', weight)
      const whole = all(...sorted.map(event))
      const nodes = [0, 1, 2].map((node) =>
        all(...sorted.filter((one) => one.node === node).map(event)),
      )
      const merged = nodes.reduce(mergeUnitFailures, noUnitFailures)
      const [e, sum] = [logEvidence(unitTally(whole)), logEvidence(unitTally(merged))]
      return Math.abs(e - sum) < 1e-9
    }),
  )
})

t.test(
  'the memory is bounded: who finds it full is not looked at, and nobody in it is dropped',
  async (t) => {
    let failures = noUnitFailures
    for (let unit = 0; unit < 2 * MOST_UNITS; unit++) {
      failures = withUnitFailure(failures, told(`u${unit}`, 'stable', 100))
    }
    t.equal(Object.keys(failures).length, MOST_UNITS)
    t.equal(withUnitFailure(failures, told('late', 'canary', 500)), failures)
    t.not(
      withUnitFailure(failures, told('u0', 'canary', 500)),
      failures,
      'who is in it goes on telling',
    )
  },
)

/**
 * Units of a healthy version, each drawn once, all of which fail under every weight: the worst there is.
 * @returns the most evidence there ever was
 */
function mostEvidence(units: number, seed: string): number {
  const random = new SeededRandom(seed)
  const places = Array.from({ length: units }, () => random.below(10_000))
  let failures = noUnitFailures
  const worst = [100, 500, 1000, 2500, 5000].map((weight) => {
    for (const [unit, place] of places.entries()) {
      const arm = isInCanary(place, weight) ? 'canary' : 'stable'
      failures = withUnitFailure(failures, told(`${unit}`, arm, weight))
    }
    return logEvidence(unitTally(failures))
  })
  return Math.max(...worst)
}

t.test('of healthy versions hardly any is stopped, with a full memory too', async (t) => {
  for (const [units, rounds] of [
    [12, 1000],
    [4 * MOST_UNITS, 20],
  ] as const) {
    const worst = Array.from({ length: rounds }, (_, round) =>
      mostEvidence(units, `${units} ${round}`),
    )
    const stopped = worst.filter((log) => log >= Math.log(100)).length
    t.ok(stopped <= Math.ceil(rounds / 100), `${units} units: ${stopped} of ${rounds}`)
  }
})

const rollout = {
  id: 'rol_0',
  from: '1.0.0',
  to: '1.1.0',
  step: 0,
  cohort: { salt: 'rol_0', weightBp: 500, cohortBy: 'app' },
} as const

function fail(counters: NodeCounters, app: string, arm: Arm): void {
  const assigned = { arm, by: 'draw', key: `acme/${app}`, bucket: 7 } as const
  const probability = counters.admit(rollout, arm, 'r', { assigned })
  const call = { arm, outcome: 'failed' } as const
  const observed = { call, isSafe: false, operation: 's/run', ms: undefined, trip: undefined }
  counters.observe(rollout, { ...observed, probability, assigned }, 0)
}

function answered(counters: NodeCounters, calls: number): void {
  for (let call = 0; call < calls; call++) counters.admit(rollout, 'stable', `s${call}`)
}

t.test('an app that fails all day is one failure, four apps are a verdict', async (t) => {
  const one = new NodeCounters()
  answered(one, 400)
  for (let call = 0; call < 50; call++) fail(one, 'erp', 'canary')
  t.equal(Object.keys(one.judge.unitFailures).length, 1)
  t.equal(judge(one.judge, 'app').verdict, 'suspect', 'which looks wrong, and is no proof')
  const many = new NodeCounters()
  answered(many, 400)
  for (const app of ['erp', 'wms', 'mes', 'web']) fail(many, app, 'canary')
  const versions = { cohortBy: 'app', canary: '1.1.0', stable: '1.0.0' } as const
  const { verdict, sentence } = evidence(many.judge, versions)
  t.equal(verdict, 'stop')
  t.match(sentence.en, 'the first failure of 4 of 4 of cohort "app" was on 1.1.0')
  t.match(sentence['zh-CN'], '4 个单位的首次失败中有 4 个发生在 1.1.0')
})

t.test('members of lists, and calls without the key, are no draws of a unit', async (t) => {
  const counters = new NodeCounters()
  for (const assigned of [
    { arm: 'canary', by: 'allow', key: 'acme/erp', member: 'app:acme/erp' },
    { arm: 'stable', by: 'keyless', key: undefined },
  ] as const) {
    const call = { arm: assigned.arm, outcome: 'failed' } as const
    const observed = { call, isSafe: false, operation: 's/run', ms: undefined, trip: undefined }
    counters.observe(rollout, { ...observed, probability: 0.05, assigned }, 0)
  }
  t.same(counters.judge.unitFailures, {})
})

t.test('what a host wrote before units were told is read as without them', async (t) => {
  const { unitFailures: _, failuresAt: __, ...old } = emptyJudgeState
  const { mergeJudgeStates } = await import('../../../src/rollout/judge/judge-state.ts')
  const merged = mergeJudgeStates(emptyJudgeState, old as JudgeState)
  t.same(merged, emptyJudgeState)
})

/** As core/docs/rollouts.md says it: failed calls of a dead version until it is paused, by weight. */
const pausedAfter = [
  { weightBp: 100, none: 2, oneInTwenty: 5 },
  { weightBp: 500, none: 3, oneInTwenty: 6 },
  { weightBp: 1000, none: 4, oneInTwenty: 6 },
  { weightBp: 2500, none: 6, oneInTwenty: 9 },
  { weightBp: 5000, none: 12, oneInTwenty: 16 },
]

t.test(
  'a dead version that a few apps call to change something is paused within few calls',
  async (t) => {
    const isPausedAfter = (calls: number, weightBp: number, stableFails: number) => {
      const share = weightBp / 10_000
      const failed = { canary: calls, stable: ((calls * (1 - share)) / share) * stableFails }
      const { unpaired, failures } = emptyJudgeState.tallies
      const tallies = {
        failures,
        unpaired: addEvents(unpaired, share, failed, tolerating(more, undefined)),
      }
      return judge({ ...emptyJudgeState, tallies }, 'app').verdict === 'suspect'
    }
    const least = (weightBp: number, stableFails: number) =>
      Array.from({ length: 30 }, (_, index) => index + 1).find((calls) =>
        isPausedAfter(calls, weightBp, stableFails),
      )
    for (const { weightBp, none, oneInTwenty } of pausedAfter) {
      t.equal(least(weightBp, 0), none, `${weightBp}`)
      t.equal(least(weightBp, 0.05), oneInTwenty, `${weightBp}, where stable fails too`)
    }
  },
)
