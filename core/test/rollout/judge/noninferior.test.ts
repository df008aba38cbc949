import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { SeededRandom } from '../../../bench/seeded-random.ts'
import { FULL_WEIGHT_BP } from '../../../src/rollout/cohorts/cohort.ts'
import {
  addEvents,
  emptyTally,
  logEvidence,
  mergeTallies,
} from '../../../src/rollout/judge/attribution.ts'
import {
  emptyJudgeState,
  ofWeight,
  recordFailureAt,
} from '../../../src/rollout/judge/judge-state.ts'
import {
  failuresNeeded,
  logNoninferior,
  NONINFERIOR_THRESHOLD,
  waitingForProof,
} from '../../../src/rollout/judge/noninferior.ts'
import { admitTo, wrongShare } from '../../../src/rollout/judge/sample-ratio.ts'
import { planFaults, planOf } from '../../../src/rollout/plan/plan-rollout.ts'

const line = Math.log(NONINFERIOR_THRESHOLD)

/** Failures of a canary whose odds are `odds`, looked at after each; whether it was ever let through. */
function passes(seed: string, odds: number, weightsBp: readonly number[], rMax: number): boolean {
  const random = new SeededRandom(seed)
  let state = emptyJudgeState
  for (const weightBp of weightsBp) {
    const share = weightBp / FULL_WEIGHT_BP
    for (let failure = 0; failure < 200; failure++) {
      const isCanary = random.chance((odds * share) / (odds * share + 1 - share))
      state = recordFailureAt(state, weightBp, isCanary ? 'canary' : 'stable')
      // Only what stable fails speaks for it.
      if (!isCanary && logNoninferior(state.failuresAt, rMax) >= line) return true
    }
  }
  return false
}

t.test('of versions exactly as bad as is forbidden at most one in ten gets through', async (t) => {
  for (const [rMax, weights] of [
    [3, [5000]],
    [3, [2500]],
    [2, [1000, 5000]],
  ] as const) {
    let passed = 0
    for (let run = 0; run < 400; run++) {
      if (passes(`${rMax} ${weights} ${run}`, rMax, weights, rMax)) passed += 1
    }
    t.ok(passed <= 40, `rMax ${rMax} at ${weights}: ${passed} of 400`)
  }
})

t.test('a good one gets through, and with about as many failures as is foretold', async (t) => {
  let passed = 0
  for (let run = 0; run < 200; run++) if (passes(`good ${run}`, 1, [5000], 3)) passed += 1
  t.ok(passed >= 195, `${passed}`)
  t.ok(failuresNeeded(5000, 3) < failuresNeeded(1000, 3))
  t.ok(failuresNeeded(5000, 2) > failuresNeeded(5000, 3))
  t.ok(failuresNeeded(5000, 3) < 25, `${failuresNeeded(5000, 3)}`)
})

t.test('without failures nothing is proven, and that is said with figures', async (t) => {
  t.match(waitingForProof({}, 3), {
    en: 'inconclusive: whether it fails less than 3 times as often is not proven yet; 0 of 0 failed calls were of the new version; evidence 1 / 10',
    'zh-CN': /尚无定论/,
  })
})

t.test('proof is refused where it can never come, or would be none', async (t) => {
  const hold = { durationMs: 1000, evidence: 'noninferior', rMax: 3, mostMs: 60_000 } as const
  const last = { weightBp: 10_000, hold: {} }
  const faults = (hold: object, more: object = {}, weightBp = 2500) =>
    planFaults(planOf({ steps: [{ weightBp, hold }, last], ...more }).plan).map(
      ({ pointer }) => pointer,
    )
  t.same(faults(hold), [])
  t.same(faults({ evidence: 'noninferior', rMax: 3, mostMs: 60_000 }), [])
  t.same(faults({ ...hold, rMax: 1 }), ['/steps/0/hold/rMax'])
  t.same(faults({ ...hold, rMax: Number.NaN }), ['/steps/0/hold/rMax'])
  t.same(faults({ durationMs: 1000, rMax: 3, mostMs: 60_000 }), ['/steps/0/hold/evidence'])
  t.same(faults({ ...hold, mostMs: undefined }), ['/steps/0/hold/mostMs'])
  t.same(faults(hold, { cohortBy: 'tenant' }), ['/steps/0/hold/evidence'])
  t.same(faults(hold, { allow: ['tenant:acme'] }), ['/steps/0/hold/evidence'])
  const all = planOf({ steps: [{ weightBp: 10_000, hold }] }).plan
  t.same(
    planFaults(all).map(({ pointer }) => pointer),
    ['/steps/0/hold/evidence'],
  )
})

const counts = fc.array(
  fc.record({
    weightBp: fc.constantFrom(100, 500, 1000, 2500, 5000),
    arm: fc.constantFrom('canary' as const, 'stable' as const),
  }),
  { maxLength: 60 },
)

t.test('counts of two weights are never pooled: each says by itself what it says', async () => {
  fc.assert(
    fc.property(counts, (events) => {
      let state = emptyJudgeState
      let tally = emptyTally
      let apart = new Map<number, typeof tally>()
      for (const { weightBp, arm } of events) {
        state = recordFailureAt(state, weightBp, arm)
        const one = { canary: arm === 'canary' ? 1 : 0, stable: arm === 'stable' ? 1 : 0 }
        tally = addEvents(tally, weightBp / FULL_WEIGHT_BP, one)
        const own = addEvents(apart.get(weightBp) ?? emptyTally, weightBp / FULL_WEIGHT_BP, one)
        apart = new Map([...apart, [weightBp, own]])
      }
      // The evidence of all is the product of what each weight says alone, by each of the odds.
      const product = [...apart.values()].reduce(mergeTallies, emptyTally)
      const near = Math.abs(logEvidence(tally) - logEvidence(product)) < 1e-9
      const weights = Object.keys(state.failuresAt).map(Number)
      return near && weights.every((weightBp) => apart.has(weightBp))
    }),
  )
})

t.test('whether the share is right begins anew with each weight', async (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      (first, second) => {
        let admissions = {}
        for (let call = 0; call < 100 * first; call++) {
          admissions = admitTo(admissions, 100, call % 100 === 0 ? 'canary' : 'stable')
        }
        for (let call = 0; call < 100 * second; call++) {
          admissions = admitTo(admissions, 5000, call % 2 === 0 ? 'canary' : 'stable')
        }
        return wrongShare(admissions) === undefined
      },
    ),
    { numRuns: 30 },
  )
  let admissions = {}
  for (let call = 0; call < 500; call++) admissions = admitTo(admissions, 100, 'canary')
  const state = { ...emptyJudgeState, admissions }
  t.ok(wrongShare(ofWeight(state, 100).admissions))
  t.equal(
    wrongShare(ofWeight(state, 500).admissions),
    undefined,
    'what was wrong under 1 % is past',
  )
})
