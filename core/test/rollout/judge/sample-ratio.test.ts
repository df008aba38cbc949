import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { SeededRandom } from '../../../bench/seeded-random.ts'
import type { Arm } from '../../../src/rollout/cohorts/cohort.ts'
import { evidence, judge } from '../../../src/rollout/judge/judge.ts'
import { emptyJudgeState, recordAdmission } from '../../../src/rollout/judge/judge-state.ts'
import { logBeta } from '../../../src/rollout/judge/log-beta.ts'
import {
  type Admissions,
  admitTo,
  logShareEvidence,
  mergeAdmissions,
  noAdmissions,
  wrongShare,
} from '../../../src/rollout/judge/sample-ratio.ts'

const arms = fc.constantFrom<Arm>('canary', 'stable')
const draws = fc.array(fc.record({ weightBp: fc.constantFrom(100, 500, 2500), arm: arms }), {
  maxLength: 80,
})
type Draws = readonly { readonly weightBp: number; readonly arm: Arm }[]

function admissionsOf(list: Draws): Admissions {
  return list.reduce((all, { weightBp, arm }) => admitTo(all, weightBp, arm), noAdmissions)
}

function isClose(left: number, right: number): boolean {
  return Math.abs(left - right) <= 1e-8 * Math.max(1, Math.abs(left), Math.abs(right))
}

t.test('the beta function of whole numbers is that of factorials', async (t) => {
  t.ok(isClose(logBeta(1, 1), 0))
  t.ok(isClose(logBeta(3, 4), Math.log((2 * 6) / 720)))
  t.ok(isClose(logBeta(0.5, 0.5), Math.log(Math.PI)))
  t.ok(isClose(logBeta(12, 1), -Math.log(12)))
})

t.test(
  'without a call the e-value is 1, and a fair draw is not expected to raise it',
  async (t) => {
    t.ok(isClose(logShareEvidence(1000, { canary: 0, stable: 0 }), 0))
    const counts = fc.nat(5000)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), counts, counts, (weightBp, canary, stable) => {
        const now = logShareEvidence(weightBp, { canary, stable })
        const after = (more: { canary: number; stable: number }) =>
          Math.exp(logShareEvidence(weightBp, more) - now)
        const share = weightBp / 10_000
        const expected =
          share * after({ canary: canary + 1, stable }) +
          (1 - share) * after({ canary, stable: stable + 1 })
        return Math.abs(expected - 1) < 1e-6
      }),
    )
  },
)

t.test('counts of nodes add up in any order and weights are never pooled', async (t) => {
  fc.assert(
    fc.property(draws, draws, (some, others) => {
      const together = admissionsOf([...some, ...others])
      const [left, right] = [admissionsOf(some), admissionsOf(others)]
      const same = (merged: Admissions) =>
        Object.entries(together).every(
          ([weight, { canary, stable }]) =>
            merged[weight]?.canary === canary && merged[weight]?.stable === stable,
        )
      return same(mergeAdmissions(left, right)) && same(mergeAdmissions(right, left))
    }),
  )
  // 1 % and 50 %, each as planned: pooled, the canary would have a quarter of the calls at neither weight.
  const fair = { 100: { canary: 20, stable: 1980 }, 5000: { canary: 1000, stable: 1000 } }
  t.equal(wrongShare(fair), undefined)
})

t.test('a twelfth instead of a tenth is found within some thousand calls', async (t) => {
  const random = new SeededRandom('share')
  const needed = Array.from({ length: 40 }, () => {
    let admissions = noAdmissions
    let calls = 0
    while (wrongShare(admissions) === undefined && calls < 20_000) {
      admissions = admitTo(admissions, 1000, random.chance(0.12) ? 'canary' : 'stable')
      calls += 1
    }
    return calls
  }).sort((a, b) => a - b)
  t.ok(needed[20]! > 1500 && needed[20]! < 6000, `${needed[20]}`)
})

t.test('of fair draws hardly any is suspected', async (t) => {
  const random = new SeededRandom('fair')
  let suspected = 0
  for (let rollout = 0; rollout < 200; rollout++) {
    let counts = { canary: 0, stable: 0 }
    let worst = 0
    for (let call = 0; call < 2000; call++) {
      const arm = random.chance(0.05) ? 'canary' : 'stable'
      counts = { ...counts, [arm]: counts[arm] + 1 }
      if (call % 10 === 0) worst = Math.max(worst, logShareEvidence(500, counts))
    }
    if (worst >= Math.log(1000)) suspected += 1
  }
  t.ok(suspected <= 2, `${suspected} of 200`)
})

t.test('at full weight, and at none, nothing is drawn', async (t) => {
  t.same(admitTo(noAdmissions, 10_000, 'canary'), {})
  t.same(admitTo(noAdmissions, 0, 'stable'), {})
})

t.test('a wrong share holds the step and says what was planned', async (t) => {
  let state = emptyJudgeState
  for (let call = 0; call < 400; call++)
    state = recordAdmission(state, 1000, call % 3 ? 'stable' : 'canary')
  t.equal(judge(state, 'request').verdict, 'suspect')
  const { sentence } = evidence(state, { cohortBy: 'request', canary: '1.2.0', stable: '1.1.0' })
  t.match(sentence.en, /^held: 1\.2\.0 was given 134 of 400 calls, 33\.5 % where 10 % was planned/)
  t.match(sentence['zh-CN'], '计划为 10 %')
})
