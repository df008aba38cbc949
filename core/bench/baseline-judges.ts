import type { Arm } from '../src/rollout/cohorts/cohort.ts'

/** A way to judge a version as others document it, told of every first attempt, asked after each window. */
export interface BaselineJudge {
  observe(arm: Arm, failed: boolean, ms: number | undefined): void
  /** @returns whether it stops the version now */
  closeWindow(): boolean
}

/**
 * The example of the Argo Rollouts documentation (docs/features/analysis.md): a success rate of at least 95 % in each
 * measurement; more than three measurements below it fail the analysis.
 */
const ARGO = { leastSuccess: 0.95, failureLimit: 3 }
/**
 * The example of the Flagger documentation (docs/usage/deployment-strategies.md): a success rate of at least 99 %, ten
 * failed checks roll back; its counter is never set back.
 */
const FLAGGER = { leastSuccess: 0.99, failureLimit: 9 }
/** One-sided 5 %, looked at after each window: what a dashboard with a significance badge does. */
const Z_LINE = 1.645
/** One-sided 1 %, as in the notes. */
const MANN_WHITNEY_LINE = 2.326
const LEAST_EACH = 5

/** The share of failures in one window against a line, some windows forgiven. */
class Threshold implements BaselineJudge {
  readonly #rule: { readonly leastSuccess: number; readonly failureLimit: number }
  #calls = 0
  #failed = 0
  #failures = 0

  constructor(rule: { readonly leastSuccess: number; readonly failureLimit: number }) {
    this.#rule = rule
  }

  observe(arm: Arm, failed: boolean): void {
    if (arm !== 'canary') return
    this.#calls += 1
    if (failed) this.#failed += 1
  }

  closeWindow(): boolean {
    const success = this.#calls === 0 ? 1 : 1 - this.#failed / this.#calls
    if (success < this.#rule.leastSuccess) this.#failures += 1
    this.#calls = 0
    this.#failed = 0
    return this.#failures > this.#rule.failureLimit
  }
}

/** Error rates pooled over the whole rollout, whatever the weights were. */
class PooledZ implements BaselineJudge {
  readonly #calls = { canary: 0, stable: 0 }
  readonly #failed = { canary: 0, stable: 0 }

  observe(arm: Arm, failed: boolean): void {
    this.#calls[arm] += 1
    if (failed) this.#failed[arm] += 1
  }

  closeWindow(): boolean {
    const { canary, stable } = this.#calls
    const failed = this.#failed.canary + this.#failed.stable
    if (canary < LEAST_EACH || stable < LEAST_EACH || failed === 0) return false
    const pooled = failed / (canary + stable)
    const difference = this.#failed.canary / canary - this.#failed.stable / stable
    const error = Math.sqrt(pooled * (1 - pooled) * (1 / canary + 1 / stable))
    return difference > Z_LINE * error
  }
}

/** Latencies of both arms by rank, looked at after each window. */
class MannWhitney implements BaselineJudge {
  readonly #times: Record<Arm, number[]> = { canary: [], stable: [] }

  observe(arm: Arm, _failed: boolean, ms: number | undefined): void {
    if (ms !== undefined) this.#times[arm].push(ms)
  }

  closeWindow(): boolean {
    const canary = this.#times.canary.sort((a, b) => a - b)
    const stable = this.#times.stable.sort((a, b) => a - b)
    if (canary.length < LEAST_EACH || stable.length < LEAST_EACH) return false
    let below = 0
    let slower = 0
    for (const ms of canary) {
      while (below < stable.length && (stable[below] as number) < ms) below += 1
      slower += below
    }
    const pairs = canary.length * stable.length
    const error = Math.sqrt((pairs * (canary.length + stable.length + 1)) / 12)
    return slower - pairs / 2 > MANN_WHITNEY_LINE * error
  }
}

export const baselineJudges = {
  argo_example: () => new Threshold(ARGO),
  flagger_example: () => new Threshold(FLAGGER),
  peeked_z: () => new PooledZ(),
  peeked_mann_whitney: () => new MannWhitney(),
} as const satisfies Readonly<Record<string, () => BaselineJudge>>
export type Baseline = keyof typeof baselineJudges
