import type { Baseline } from './baseline-judges.ts'
import { baselineRow } from './baseline-simulation.ts'
import {
  type CanaryFigures,
  faultScenarios,
  healthyScenarios,
  simulateCanary,
} from './canary-simulation.ts'
import { proofRows } from './noninferior-simulation.ts'
import type { Scenario } from './simulated-rollout.ts'

/** One thousand a row: one in a hundred stopped would be seen as ten. */
const ROLLOUTS = 1000
/** Others misfire in tens of percent: a tenth of the rollouts shows it. */
const BASELINE_ROLLOUTS = 100

const byErrors: readonly Baseline[] = ['argo_example', 'flagger_example', 'peeked_z']
const byTime: readonly Baseline[] = ['peeked_mann_whitney']

/** One line: how many of a thousand are stopped by the judge, and by each of the others. */
type Line = Readonly<Record<'kind' | 'row', string>> &
  Readonly<Partial<Record<'judge' | 'held' | Baseline, number>>>

/** What the judge does to good and bad versions, counted in seeded simulations: equal on every machine. */
export function run(): Readonly<Record<string, unknown>> {
  const { dead_failed_calls_median: _, ...figures } = simulateCanary({
    rollouts: ROLLOUTS,
    onRow: progress,
  })
  const table = tableOf(figures)
  progress('proof that a version is no worse')
  return { ...figures, proof_rows: proofRows(ROLLOUTS), table }
}

function tableOf({ null_rows, fault_rows }: Omit<CanaryFigures, 'dead_failed_calls_median'>) {
  const healthy = healthyScenarios.map((scenario): Line => {
    const { stopped = 0, suspected = 0 } = null_rows[scenario.name] ?? {}
    return lineOf('healthy', scenario, stopped, suspected)
  })
  const faulty = faultScenarios.map((scenario): Line => {
    const { caught = 0, suspected = 0 } = fault_rows[scenario.name] ?? {}
    return lineOf('faulty', scenario, caught, suspected)
  })
  return [...healthy, ...faulty]
}

function lineOf(kind: string, scenario: Scenario, stopped: number, suspected: number): Line {
  progress(`${scenario.name}, as others judge it`)
  const perThousand = (part: number, of: number) => Math.round((1000 * part) / of)
  const others = comparedTo(scenario).map((baseline) => {
    const row = baselineRow(scenario, baseline, BASELINE_ROLLOUTS)
    return [baseline, perThousand(row.stopped, BASELINE_ROLLOUTS)]
  })
  return {
    kind,
    row: scenario.name,
    judge: perThousand(stopped, ROLLOUTS),
    held: perThousand(suspected, ROLLOUTS),
    ...Object.fromEntries(others),
  }
}

/** Rows that others can be held to: by how long a call takes where that is what differs; none where a call has no end. */
function comparedTo({ latency, canaryHangs, canaryBadPayloads, canaryFailRate }: Scenario) {
  if (canaryHangs === true || canaryBadPayloads !== undefined) return []
  return latency === undefined || canaryFailRate !== undefined ? byErrors : byTime
}

/** To the terminal only: what is asked for in JSON stays JSON. */
function progress(row: string): void {
  process.stderr.write(`${row}\n`)
}
