import t from 'tap'
import { baselineRow } from '../../../bench/baseline-simulation.ts'
import {
  faultRow,
  faultScenarios,
  healthyScenarios,
  nullRow,
  simulate,
} from '../../../bench/canary-simulation.ts'

/** A sample of the bench: seeds are fixed, so each figure is the same on every machine. */
const HEALTHY_ROLLOUTS = 30
const BAD_ROLLOUTS = 60

t.test('of healthy rollouts at most one in a hundred is stopped', async (t) => {
  let stopped = 0
  for (const scenario of healthyScenarios) {
    const row = nullRow(simulate({ ...scenario, calls: 4000 }, HEALTHY_ROLLOUTS))
    stopped += row.stopped
  }
  const rollouts = HEALTHY_ROLLOUTS * healthyScenarios.length
  t.ok(stopped <= rollouts / 100, `${stopped} of ${rollouts}`)
})

t.test('a dead canary is stopped after few failed calls, without harm to callers', async (t) => {
  const most: Readonly<Record<string, number>> = {
    'dead, 1 %': 3,
    'dead, 5 %': 3,
    'dead, 10 %': 4,
    'dead, 25 %': 6,
    'dead, 50 %': 12,
    'dead, 12 apps, steps': 5,
    'hangs, 5 %': 3,
    'hangs, 50 %': 12,
  }
  for (const scenario of faultScenarios.filter(({ name }) => name in most)) {
    const row = faultRow(simulate(scenario, BAD_ROLLOUTS))
    t.equal(row.caught, row.rollouts, scenario.name)
    t.ok(row.median_failed <= most[scenario.name]!, `${scenario.name}: ${row.median_failed}`)
    t.equal(row.caller_errors, 0, scenario.name)
  }
})

t.test(
  'a canary five times slower, and one that fails on some series, are always stopped',
  async (t) => {
    for (const scenario of faultScenarios.filter(({ name }) =>
      /five times|some series/.test(name),
    )) {
      const row = faultRow(simulate(scenario, BAD_ROLLOUTS))
      t.equal(row.caught, row.rollouts, scenario.name)
      t.ok(row.median_calls <= 40, `${scenario.name}: ${row.median_calls}`)
    }
  },
)

t.test('a dead canary that cannot be proven so is held, not promoted', async (t) => {
  const scenario = faultScenarios.find(({ name }) => name === 'dead and unsafe, 50 apps, steps')!
  const row = faultRow(simulate(scenario, BAD_ROLLOUTS))
  t.equal(row.suspected, row.rollouts)
})

t.test('the same seed gives the same rollout', async (t) => {
  const scenario = faultScenarios[0]!
  t.same(simulate(scenario, 5), simulate(scenario, 5))
})

t.test('the documented examples of others stop nearly every healthy version', async (t) => {
  const healthy = healthyScenarios.find(({ name }) => name === '1 % errors, 10 %')!
  for (const baseline of ['argo_example', 'flagger_example'] as const) {
    const row = baselineRow(healthy, baseline, 20)
    t.ok(row.stopped >= 19, `${baseline}: ${row.stopped}`)
  }
  t.ok(baselineRow(healthy, 'peeked_z', 100).stopped >= 25)
})

t.test('a rank test that is looked at again and again stops healthy versions', async (t) => {
  const healthy = healthyScenarios.find(({ name }) => name === 'latency, steps')!
  const { stopped } = baselineRow({ ...healthy, calls: 2500 }, 'peeked_mann_whitney', 100)
  t.ok(stopped >= 3, `${stopped}`)
})
