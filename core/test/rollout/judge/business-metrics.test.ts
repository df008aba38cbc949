import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { SeededRandom } from '../../../bench/seeded-random.ts'
import type { Arm } from '../../../src/rollout/cohorts/cohort.ts'
import type { BusinessMetric } from '../../../src/rollout/judge/analysis-plan.ts'
import {
  addBusinessEvent,
  type BusinessTallies,
  logBusinessEvidence,
  mergeBusiness,
  noBusiness,
} from '../../../src/rollout/judge/business-metrics.ts'
import { countBusinessEvents } from '../../../src/rollout/judge/count-business-event.ts'
import { evidence, judge } from '../../../src/rollout/judge/judge.ts'
import {
  emptyJudgeState,
  type JudgeState,
  recordBusiness,
  recordDisagreement,
} from '../../../src/rollout/judge/judge-state.ts'
import { NodeCounters } from '../../../src/rollout/judge/node-counters.ts'
import { emptySnapshot } from '../../../src/rollout/routing/snapshot.ts'

const confirmed: BusinessMetric = {
  name: 'orders_confirmed',
  event: 'orders.confirmed',
  direction: 'decrease',
  role: 'guardrail',
}
const rejected: BusinessMetric = {
  name: 'orders_rejected',
  event: 'orders.rejected',
  direction: 'increase',
  role: 'guardrail',
}

const metrics = fc.constantFrom(confirmed, rejected)
const probabilities = fc.double({ min: 0.001, max: 0.999, noNaN: true })
const events = fc.array(
  fc.record({ metric: metrics, probability: probabilities, onCanary: fc.boolean() }),
  { maxLength: 60 },
)
type Events = readonly { metric: BusinessMetric; probability: number; onCanary: boolean }[]

function talliesOf(list: Events): BusinessTallies {
  return list.reduce<BusinessTallies>(
    (all, { metric, probability, onCanary }) =>
      addBusinessEvent(all, metric, onCanary ? 'canary' : 'stable', probability),
    noBusiness,
  )
}

t.test('while both are as good no event is expected to add evidence, either way', async () => {
  fc.assert(
    fc.property(events, metrics, probabilities, (before, metric, probability) => {
      const tallies = talliesOf(before)
      const growth = (arm: Arm) =>
        Math.exp(
          logBusinessEvidence(addBusinessEvent(tallies, metric, arm, probability), metric) -
            logBusinessEvidence(tallies, metric),
        )
      return probability * growth('canary') + (1 - probability) * growth('stable') <= 1 + 1e-9
    }),
  )
})

t.test('what nodes saw adds up in any order', async () => {
  fc.assert(
    fc.property(events, events, (some, others) => {
      const together = talliesOf([...some, ...others])
      const [left, right] = [talliesOf(some), talliesOf(others)]
      return [mergeBusiness(left, right), mergeBusiness(right, left)].every((merged) =>
        [confirmed, rejected].every(
          (metric) =>
            Math.abs(logBusinessEvidence(merged, metric) - logBusinessEvidence(together, metric)) <
            1e-6,
        ),
      )
    }),
  )
})

t.test('a metric may be named as what every object knows', async (t) => {
  const metric = { ...confirmed, name: 'constructor' }
  t.equal(logBusinessEvidence(noBusiness, metric), 0)
  const some = addBusinessEvent(noBusiness, metric, 'stable', 0.1)
  t.match(mergeBusiness(noBusiness, some)['constructor'], { canary: 0, stable: 1 })
  t.match(mergeBusiness(some, some)['constructor'], { canary: 0, stable: 2 })
  const told = evidence(emptyJudgeState, {
    ...({ cohortBy: 'request', canary: '1.2.0', stable: '1.1.0' } as const),
    metrics: [metric],
  })
  t.ok(told.sentence.en)
})

/** Events until the version is stopped, or held; undefined within 20,000 requests: neither. */
function watch(metric: BusinessMetric, share: number, seed: string) {
  const random = new SeededRandom(seed)
  let state: JudgeState = emptyJudgeState
  for (let request = 0; request < 20_000; request++) {
    const arm = random.chance(0.1) ? 'canary' : 'stable'
    if (!random.chance(0.3 * (arm === 'canary' ? share : 1))) continue
    state = recordBusiness(state, metric, arm, 0.1)
    const { verdict } = judge(state, 'request', [metric])
    if (verdict !== 'clear') return { verdict, request }
  }
  return { verdict: 'clear', request: 20_000 }
}

t.test(
  'a version that confirms half as many orders is stopped, a healthy one is not',
  async (t) => {
    for (let seed = 0; seed < 10; seed++) {
      t.equal(watch(confirmed, 0.5, `half ${seed}`).verdict, 'stop')
      t.equal(watch(confirmed, 1, `healthy ${seed}`).verdict, 'clear')
      t.equal(watch(confirmed, 1.5, `better ${seed}`).verdict, 'clear')
    }
  },
)

t.test('one that rejects twice as many is stopped, one that rejects fewer is not', async (t) => {
  for (let seed = 0; seed < 10; seed++) {
    t.equal(watch(rejected, 2, `twice ${seed}`).verdict, 'stop')
    t.equal(watch(rejected, 0.5, `half ${seed}`).verdict, 'clear')
  }
})

t.test('a signal holds a step where a guardrail stops', async (t) => {
  t.equal(watch({ ...confirmed, role: 'signal' }, 0.3, 'signal').verdict, 'suspect')
})

t.test('where cohorts stay together their business holds a step and stops nothing', async (t) => {
  let state: JudgeState = emptyJudgeState
  for (let event = 0; event < 60; event++) state = recordBusiness(state, rejected, 'canary', 0.1)
  t.equal(judge(state, 'app', [rejected]).verdict, 'suspect')
  t.equal(judge(state, 'request', [rejected]).verdict, 'stop')
  t.equal(judge(state, 'request', []).verdict, 'clear', 'what no plan asked for says nothing')
})

t.test('guardrails of the plan share one alpha with the others', async (t) => {
  const many = Array.from({ length: 10 }, (_, at) => ({ ...rejected, name: `m${at}` }))
  let state = emptyJudgeState
  for (let failed = 0; failed < 4; failed++) {
    state = recordDisagreement(state, { canaryFailed: true, probability: 0.05 })
  }
  const alone = judge(state, 'request')
  const beside = judge(state, 'request', many)
  t.ok(beside.e < alone.e && beside.e > alone.e * 0.7)
  t.equal(beside.verdict, 'stop', 'a dead version is found as fast')
})

t.test('what was found is said with its direction', async (t) => {
  let state: JudgeState = emptyJudgeState
  for (let event = 0; event < 300; event++) state = recordBusiness(state, confirmed, 'stable', 0.1)
  const versions = { cohortBy: 'request', canary: '1.2.0', stable: '1.1.0' } as const
  const { sentence } = evidence(state, { ...versions, metrics: [confirmed] })
  t.match(
    sentence.en,
    'stopped: only 0 of 300 events of "orders_confirmed" were of 1.2.0; chance of this',
  )
  t.match(sentence['zh-CN'], '“orders_confirmed”的 300 个事件中仅 0 个属于 1.2.0')
})

t.test(
  'an event counts once for the request that led to it, on the node that drew it',
  async (t) => {
    const live = {
      id: 'rol_0',
      from: '1.0.0',
      to: '1.1.0',
      step: 0,
      cohort: { salt: 'rol_0', weightBp: 500, cohortBy: 'request' },
      metrics: [confirmed],
    } as const
    const counters = new NodeCounters()
    const snapshot = { ...emptySnapshot, rollouts: new Map([['@acme/orders', live]]) }
    const count = countBusinessEvents({ snapshot: () => snapshot, countersOf: () => counters })
    const seen = () => {
      const tally = counters.judge.business['orders_confirmed']
      return [tally?.canary ?? 0, tally?.stable ?? 0]
    }
    counters.admit(live, 'canary', 'r1')
    counters.admit(live, 'stable', 'r2')
    count({ type: 'orders.confirmed', requestId: 'r1' })
    count({ type: 'orders.confirmed', requestId: 'r1' })
    t.same(seen(), [1, 0])
    count({
      type: 'orders.confirmed',
      requestId: 'r2',
      by: { plugin: '@acme/other', arm: 'canary' },
    })
    t.same(seen(), [1, 1], 'another plugin’s arm is none of this rollout’s')
    count({ type: 'orders.confirmed', requestId: 'unknown' })
    count({ type: 'orders.rejected', requestId: 'r1' })
    counters.admit(live, 'canary', 'r3')
    count({
      type: 'orders.confirmed',
      requestId: 'r3',
      by: { plugin: '@acme/orders', arm: 'stable' },
    })
    t.same(seen(), [1, 1], 'what stable did for the canary is neither’s')
  },
)
