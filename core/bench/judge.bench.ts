import type { Baseline } from './baseline-judges.ts'
import { type BaselineRow, baselineRow } from './baseline-simulation.ts'
import { faultScenarios, healthyScenarios, simulateCanary } from './canary-simulation.ts'

/** One thousand a row: one in a hundred stopped would be seen as ten. */
const ROLLOUTS = 1000
/** Others misfire in tens of percent: a fifth of the rollouts shows it. */
const BASELINE_ROLLOUTS = 200

const byErrors: readonly Baseline[] = ['argo_example', 'flagger_example', 'peeked_z']
/** Rows that others can be held to: calls drawn one by one. By how long a call takes where that is the fault. */
const compared: Readonly<Record<string, readonly Baseline[]>> = {
  '0.1 % errors, 10 %': byErrors,
  '1 % errors, 10 %': byErrors,
  '5 % errors, 5 %': byErrors,
  'drifting errors, steps': byErrors,
  'shared outage, steps': byErrors,
  'latency, steps': ['peeked_mann_whitney'],
  'dead, 5 %': byErrors,
  'threefold errors, 10 %': byErrors,
  'threefold errors, steps': byErrors,
  'twice as slow, 10 %': ['peeked_mann_whitney'],
}

/** What the judge does to good and bad versions, counted in seeded simulations: equal on every machine. */
export function run(): Readonly<Record<string, unknown>> {
  const { dead_failed_calls_median: _, ...figures } = simulateCanary({ rollouts: ROLLOUTS })
  return { ...figures, baseline_rows: baselineRows() }
}

function baselineRows(): Record<string, Partial<Record<Baseline, BaselineRow>>> {
  const scenarios = [...healthyScenarios, ...faultScenarios]
  const rowsOf = (name: string) => {
    const scenario = scenarios.find((one) => one.name === name)
    if (scenario === undefined) throw new Error(`there is no row "${name}"`)
    const rows = compared[name]?.map((baseline) => [
      baseline,
      baselineRow(scenario, baseline, BASELINE_ROLLOUTS),
    ])
    return Object.fromEntries(rows ?? [])
  }
  return Object.fromEntries(Object.keys(compared).map((name) => [name, rowsOf(name)]))
}
