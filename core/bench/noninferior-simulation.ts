import { FULL_WEIGHT_BP } from '../src/rollout/cohorts/cohort.ts'
import { logNoninferior, NONINFERIOR_THRESHOLD } from '../src/rollout/judge/noninferior.ts'
import { type Admissions, admitTo, noAdmissions } from '../src/rollout/judge/sample-ratio.ts'
import { SeededRandom } from './seeded-random.ts'

export interface ProofRow {
  readonly rollouts: number
  /** Let through, of versions exactly as bad as is forbidden: at most one in ten. */
  readonly wrongly_passed: number
  /** Let through, of versions as good as stable. */
  readonly good_passed: number
  /** Calls of both versions until a good one was. */
  readonly good_median_calls: number | null
}

/** Weight in basis points, rate of failures of stable, and the bound. */
const rows = [
  { weightBp: 1000, rate: 0.01, rMax: 3 },
  { weightBp: 2500, rate: 0.01, rMax: 3 },
  { weightBp: 5000, rate: 0.01, rMax: 3 },
  { weightBp: 5000, rate: 0.001, rMax: 3 },
  { weightBp: 5000, rate: 0.01, rMax: 2 },
] as const
type Row = (typeof rows)[number]

const LINE = Math.log(NONINFERIOR_THRESHOLD)
/** Far more than a good version needs: who is not through by then is inconclusive. */
const MOST_FAILURES = 500

/** What a step that asks for proof lets through. */
export function proofRows(rollouts: number): Readonly<Record<string, ProofRow>> {
  return Object.fromEntries(
    rows.map((row) => {
      const name = `${row.rate * 100} % errors, ${row.weightBp / 100} %, rMax ${row.rMax}`
      const runs = Array.from({ length: rollouts }, (_, index) => `${name}#${index}`)
      const passedAt = (odds: number) =>
        runs.map((seed) => callsUntilPassed(row, odds, seed)).filter((one) => one !== undefined)
      const good = passedAt(1).toSorted((one, other) => one - other)
      const median = good[Math.ceil(good.length / 2) - 1] ?? null
      return [
        name,
        {
          rollouts,
          wrongly_passed: passedAt(row.rMax).length,
          good_passed: good.length,
          good_median_calls: median,
        },
      ]
    }),
  )
}

/** Failure by failure; the calls between two of them are drawn at once. */
function callsUntilPassed(
  { weightBp, rate, rMax }: Row,
  odds: number,
  seed: string,
): number | undefined {
  const random = new SeededRandom(seed)
  const share = weightBp / FULL_WEIGHT_BP
  const failing = rate * (odds * share + 1 - share)
  let failures: Admissions = noAdmissions
  let calls = 0
  for (let failure = 0; failure < MOST_FAILURES; failure++) {
    calls += Math.ceil(Math.log(1 - random.next()) / Math.log(1 - failing))
    const isCanary = random.chance((odds * share) / (odds * share + 1 - share))
    failures = admitTo(failures, weightBp, isCanary ? 'canary' : 'stable')
    if (!isCanary && logNoninferior(failures, rMax) >= LINE) return calls
  }
  return undefined
}
