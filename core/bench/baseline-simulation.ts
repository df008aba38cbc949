import { type Arm, bucketOf, FULL_WEIGHT_BP, isInCanary } from '../src/rollout/cohorts/cohort.ts'
import { type Baseline, type BaselineJudge, baselineJudges } from './baseline-judges.ts'
import { SeededRandom } from './seeded-random.ts'
import { BAD_APP_FAILURES, type Scenario } from './simulated-rollout.ts'

export interface BaselineRow {
  readonly rollouts: number
  readonly stopped: number
  /** Calls that the canary had had when it was stopped; of those that were. */
  readonly median_calls: number | null
}

/** As in the notes: each look is at a hundred more calls of both arms together. */
const WINDOW_CALLS = 100

/** The same traffic as the judge's own rows have, judged as others do: by first attempts. */
export function baselineRow(scenario: Scenario, baseline: Baseline, rollouts: number): BaselineRow {
  const stoppedAt = Array.from({ length: rollouts }, (_, index) =>
    callsUntilStopped(scenario, baselineJudges[baseline](), `${scenario.name}#${index}`),
  ).filter((calls) => calls !== undefined)
  const sorted = stoppedAt.toSorted((a, b) => a - b)
  return {
    rollouts,
    stopped: sorted.length,
    median_calls: sorted[Math.ceil(sorted.length / 2) - 1] ?? null,
  }
}

function callsUntilStopped(
  scenario: Scenario,
  judge: BaselineJudge,
  seed: string,
): number | undefined {
  const { calls, weightsBp, failRate, canaryFailRate, latency } = scenario
  const random = new SeededRandom(seed)
  let canaryCalls = 0
  for (let call = 0; call < calls; call++) {
    const progress = call / calls
    const weightBp = weightsBp[Math.floor(progress * weightsBp.length)] as number
    const { arm, isBad } = nextCall(scenario, weightBp, random, seed)
    const rate = failRate(progress)
    const failed =
      (isBad && random.chance(BAD_APP_FAILURES)) ||
      random.chance(arm === 'canary' ? (canaryFailRate?.(rate) ?? rate) : rate)
    const isTimed = latency !== undefined && !failed
    judge.observe(arm, failed, isTimed ? timeOf(latency, arm, progress, random) : undefined)
    if (arm === 'canary') canaryCalls += 1
    if ((call + 1) % WINDOW_CALLS === 0 && judge.closeWindow()) return canaryCalls
  }
  return undefined
}

/** Drawn by itself, or with its app; those with bad payloads come first. */
function nextCall(
  { apps }: Scenario,
  weightBp: number,
  random: SeededRandom,
  seed: string,
): { readonly arm: Arm; readonly isBad: boolean } {
  if (apps === undefined) {
    return { arm: random.chance(weightBp / FULL_WEIGHT_BP) ? 'canary' : 'stable', isBad: false }
  }
  const { count, bad, isSkewed } = apps
  const app = isSkewed === true ? Math.floor(count * random.next() ** 3) : random.below(count)
  const isCanary = isInCanary(bucketOf(seed, `app-${app}`), weightBp)
  return { arm: isCanary ? 'canary' : 'stable', isBad: app < count * bad }
}

function timeOf(
  { medianMs, sigma, canaryFactor, drift }: NonNullable<Scenario['latency']>,
  arm: Arm,
  progress: number,
  random: SeededRandom,
): number {
  const factor = (arm === 'canary' ? canaryFactor : 1) * drift ** progress
  return medianMs * factor * Math.exp(sigma * random.normal())
}
