import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import {
  firstState,
  nextSeverity,
  type SwitchingOutcome,
} from '../../src/sampling/next-severity.ts'
import type { PlanRequest, SwitchingState } from '../../src/sampling/plan-types.ts'
import { planFor } from '../../src/sampling/sampling-plan.ts'
import { severityRules } from '../../src/sampling/severity-rules.ts'
import {
  firstSkipLotState,
  isLotInspected,
  nextSkipLot,
  type SkipLotOutcome,
  type SkipLotState,
  skipLotRules,
} from '../../src/sampling/skip-lot.ts'
import { scoreGain } from '../../src/sampling/switching-score.ts'
import { casesMissing, switchingCases } from './qc-cases.ts'

const accepted = { accepted: true } as const
const rejected = { accepted: false } as const
const ready = { steadyProduction: true, authorityAgrees: true } as const

t.test(
  'series of lots are switched as the reference has them',
  { skip: casesMissing },
  async (t) => {
    for (const { name, lots, expect } of switchingCases()) {
      let state = firstState
      for (const [i, lot] of lots.entries()) {
        const step = nextSeverity(state, lot)
        t.equal(state.severity, expect[i]?.severity, `${name}: lot ${i + 1}`)
        const next = expect[i]?.next
        if (next !== undefined) t.equal(step.to, next, `${name}: after lot ${i + 1}`)
        state = step.state
      }
    }
  },
)

t.test(
  'every change has a reason in both languages, and where nothing changes there is none',
  async (t) => {
    for (const { text, code, from, to } of severityRules) {
      t.match(code, /^[A-Z_]+$/)
      t.ok(text.en.endsWith('.') && /[\u4e00-\u9fff]/.test(text['zh-CN']), `${from} to ${to}`)
    }
    t.strictSame(nextSeverity(firstState, accepted).reasons, [])
    const step = run([rejected, rejected])
    t.match(step, { from: 'normal', to: 'tightened', reasons: [{ code: 'TWO_OF_FIVE_REJECTED' }] })
  },
)

t.test('two lots not accepted with four between them do not tighten', async (t) => {
  t.equal(run([rejected, accepted, accepted, accepted, accepted, rejected]).to, 'normal')
  t.equal(run([rejected, accepted, accepted, accepted, rejected]).to, 'tightened')
})

t.test('a lot not accepted begins the count of five on tightened inspection anew', async (t) => {
  const four = [rejected, rejected, accepted, accepted, accepted, accepted]
  t.equal(run([...four, rejected, ...four.slice(2)]).to, 'tightened')
  t.equal(run([...four, accepted]).to, 'normal')
})

t.test('reduced inspection needs the score, steady production and the authority', async (t) => {
  const good = { ...accepted, scoreGain: 3 }
  const ten = Array<SwitchingOutcome>(9).fill(good)
  t.equal(run([...ten, good]).to, 'normal')
  t.equal(run([...ten, { ...good, steadyProduction: true }]).to, 'normal')
  t.equal(run([...ten, { ...good, authorityAgrees: true }]).to, 'normal')
  t.equal(run([...ten.slice(1), { ...good, ...ready }]).to, 'normal', '27 points')
  t.match(run([...ten, { ...good, ...ready }]), {
    to: 'reduced',
    reasons: [{ code: 'SCORE_ALLOWS_REDUCED' }],
  })
  t.equal(run([...ten, good, ready]).to, 'reduced', 'the authority may agree later')
  const set = run([...ten, { ...accepted, scoreGain: 0 }])
  t.equal(set.state.score, 0, 'a lot without margin sets the score back')
})

t.test('one event ends reduced inspection', async (t) => {
  const reduced: SwitchingState = { ...firstState, severity: 'reduced' }
  const reasonFor = (outcome: SwitchingOutcome) => nextSeverity(reduced, outcome).reasons[0]?.code
  t.equal(nextSeverity(reduced, accepted).to, 'reduced')
  t.equal(reasonFor(rejected), 'REJECTED_ON_REDUCED')
  t.equal(reasonFor({ ...accepted, returned: true }), 'BETWEEN_ACCEPT_AND_REJECT')
  t.equal(reasonFor({ productionIrregular: true }), 'PRODUCTION_IRREGULAR')
  t.equal(reasonFor({ authorityRequiresNormal: true }), 'AUTHORITY_REQUIRES_NORMAL')
})

t.test('discontinued inspection resumes as tightened, by corrective action alone', async (t) => {
  const stopped: SwitchingState = { ...firstState, severity: 'discontinued' }
  t.equal(nextSeverity(stopped, accepted).to, 'discontinued')
  t.strictSame(nextSeverity(stopped, { correctiveActionEffective: true }).state, {
    ...firstState,
    severity: 'tightened',
  })
})

t.test(
  'whatever happens, only the changes of the table are made, and severity hardens one step at a time',
  async () => {
    const pairs = severityRules.map(({ from, to }) => `${from} ${to}`)
    const outcome = fc.record(
      {
        accepted: fc.boolean(),
        returned: fc.boolean(),
        scoreGain: fc.constantFrom(0, 2, 3),
        steadyProduction: fc.boolean(),
        authorityAgrees: fc.boolean(),
        productionIrregular: fc.boolean(),
        correctiveActionEffective: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 120 }), (outcomes) => {
        let state = firstState
        return outcomes.every((one) => {
          const step = nextSeverity(state, one as SwitchingOutcome)
          const isTold =
            step.from === step.to ? step.reasons.length === 0 : step.reasons.length === 1
          const isAllowed = step.from === step.to || pairs.includes(`${step.from} ${step.to}`)
          state = step.state
          return isTold && isAllowed && state.recent.length <= 5 && state.score >= 0
        })
      }),
      { numRuns: 300 },
    )
  },
)

t.test('points towards reduced inspection are those of ISO 2859-1', async (t) => {
  const gain = (wish: Partial<PlanRequest>, stage: number, found: number) => {
    const request: PlanRequest = { ...base, ...wish }
    return scoreGain(request, planFor(request), stage, found)
  }
  // n 80, Ac 2; at AQL 0.65 Ac is 1.
  t.strictSame(
    [0, 1, 2, 3].map((found) => gain({}, 0, found)),
    [3, 3, 0, 0],
  )
  // Ac 1, and Ac 0.
  t.strictSame(
    [0, 1, 2].map((found) => gain({ aql: 0.65 }, 0, found)),
    [2, 2, 0],
  )
  t.equal(gain({ aql: 0.15 }, 0, 0), 2)
  t.strictSame(
    [0, 1].map((stage) => gain({ type: 'double', aql: 2.5 }, stage, 1)),
    [3, 0],
  )
  t.strictSame(
    [2, 3].map((stage) => gain({ type: 'multiple', aql: 2.5 }, stage, 1)),
    [3, 0],
  )
})

t.test(
  'ten good lots qualify for skipping, and the faster the rarer lots are inspected',
  async (t) => {
    t.match(skip(good(10)), { phase: 'skipping', oneIn: 4 })
    t.match(skip([...good(3), plain, plain, ...good(7)]), { phase: 'skipping', oneIn: 3 })
    t.match(skip([...good(3), ...Array(6).fill(plain), ...good(7)]), {
      phase: 'skipping',
      oneIn: 2,
    })
    t.match(skip([...good(9), bad, ...good(9)]), { phase: 'qualifying', lots: 9 })
    t.match(skip(good(12).map((lot) => ({ ...lot, eligible: false }))), { phase: 'qualifying' })
  },
)

t.test('skipping gets rarer, is interrupted, resumes more often, and ends', async (t) => {
  const skipping = good(10)
  t.match(skip([...skipping, ...good(10)]), { phase: 'skipping', oneIn: 5 })
  t.match(skip([...skipping, ...good(30)]), { phase: 'skipping', oneIn: 5 })
  t.match(skip([...skipping, bad]), { phase: 'interrupted', oneIn: 4 })
  t.match(skip([...skipping, bad, ...good(4)]), { phase: 'skipping', oneIn: 3 })
  t.match(skip([...skipping, bad, ...good(2), bad]), { phase: 'qualifying' })
  t.match(skip([...skipping, { ...plain, eligible: false }]), { phase: 'qualifying' })
  for (const { text } of skipLotRules) t.ok(text.en !== '' && text['zh-CN'] !== '')
})

t.test('while skipping one lot in so many is drawn, else every lot is inspected', async (t) => {
  const state: SkipLotState = { phase: 'skipping', oneIn: 4, lots: 0, score: 0 }
  const draws = Array.from({ length: 1000 }, (_, i) => i / 1000)
  t.equal(draws.filter((draw) => isLotInspected(state, draw)).length, 250)
  t.ok(draws.every((draw) => isLotInspected({ ...state, phase: 'interrupted' }, draw)))
})

const base: PlanRequest = {
  scheme: 'mil-std-105e',
  type: 'single',
  lotSize: 1000,
  level: 'II',
  aql: 1,
  severity: 'normal',
}

const plain: SkipLotOutcome = { accepted: true, withMargin: false, eligible: true }
const bad: SkipLotOutcome = { accepted: false, withMargin: false, eligible: true }

function good(lots: number): SkipLotOutcome[] {
  return Array<SkipLotOutcome>(lots).fill({ accepted: true, withMargin: true, eligible: true })
}

function skip(outcomes: readonly SkipLotOutcome[]): SkipLotState {
  return outcomes.reduce((state, outcome) => nextSkipLot(state, outcome).state, firstSkipLotState)
}

function run(outcomes: readonly SwitchingOutcome[]) {
  const [first = {}, ...rest] = outcomes
  return rest.reduce(
    (step, outcome) => nextSeverity(step.state, outcome),
    nextSeverity(firstState, first),
  )
}
