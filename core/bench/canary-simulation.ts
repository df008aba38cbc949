import { type RolloutResult, type Scenario, SimulatedRollout } from './simulated-rollout.ts'

/** What the whole set of simulations says; counted, not timed, so equal on every machine. */
export interface CanaryFigures {
  /** Part of all healthy rollouts that were stopped; promised: at most 0.01. */
  readonly healthy_stopped: number
  readonly healthy_rollouts: number
  /** The worst row of them. */
  readonly false_abort_max: number
  /** Failed calls of a dead canary until it is stopped: the higher median of 1 % and 5 % weight. */
  readonly dead_failed_calls_median: number
  /** The same at 5 %. */
  readonly dead_median_failed: number
  readonly dead_caught: number
  readonly sticky12_dead_median_failed: number
  readonly threefold_caught: number
  readonly slow2x_median_calls: number
  readonly null_rows: Readonly<Record<string, NullRow>>
  readonly fault_rows: Readonly<Record<string, FaultRow>>
}

export interface NullRow {
  readonly rollouts: number
  readonly stopped: number
  /** Held until a person has looked: only where cohorts stay together. */
  readonly suspected: number
}

export interface FaultRow {
  readonly rollouts: number
  readonly caught: number
  readonly suspected: number
  readonly median_failed: number
  readonly median_calls: number
  readonly p95_failed: number
  readonly caller_errors: number
}

const climbing = [100, 500, 1000, 2500, 5000]
const always = (rate: number) => () => rate
const latency = { medianMs: 20, sigma: 0.6, canaryFactor: 1, drift: 1 }
/** Every row counts kills as well, so that the hard trips have their part in what is stopped. */
const base = { calls: 20_000, killed: 0.1, failRate: always(0.01), weightsBp: climbing }
const apps = (count: number) => ({ count, bad: 0.05, batch: 1 })
/** Rows that look at every call, not only at failures, are shorter. */
const short = { ...base, calls: 5000 }

/** Everything everybody fails for a second or so, once in the rollout. */
const outage = (progress: number) => (progress > 0.4 && progress < 0.41 ? 0.5 : 0.01)
/** The base rate rises eightfold while the weight rises: what pooled counts mistake for a bad version. */
const drift = (progress: number) => 0.005 + 0.035 * progress

/** As good as down: most first attempts fail on either arm, and most second ones too. */
const down = (progress: number) => (progress > 0.4 && progress < 0.6 ? 0.7 : 0.01)

/** Rollouts of versions as good as stable. */
export const healthyScenarios: readonly Scenario[] = [
  { ...base, name: '0.1 % errors, 10 %', failRate: always(0.001), weightsBp: [1000] },
  { ...base, name: '0.1 % errors, 50 %', failRate: always(0.001), weightsBp: [5000] },
  { ...base, name: '1 % errors, 1 %', weightsBp: [100] },
  { ...base, name: '1 % errors, 10 %', weightsBp: [1000] },
  { ...base, name: '1 % errors, 50 %', weightsBp: [5000] },
  { ...base, name: '5 % errors, 5 %', failRate: always(0.05), weightsBp: [500] },
  { ...base, name: '5 % errors, 50 %', failRate: always(0.05), weightsBp: [5000] },
  { ...base, name: '1 % errors, steps' },
  { ...base, name: 'drifting errors, steps', failRate: drift },
  { ...base, name: 'shared outage, steps', failRate: outage },
  { ...base, name: 'down for a fifth of the time, steps', failRate: down },
  { ...base, name: '1 % errors, 100 %', weightsBp: [10_000] },
  { ...base, name: 'unsafe, drifting errors, steps', failRate: drift, unsafe: true },
  {
    ...base,
    name: 'unsafe, shared outage, 10 %',
    failRate: outage,
    unsafe: true,
    weightsBp: [1000],
  },
  { ...short, name: 'latency, steps', latency },
  {
    ...short,
    name: 'drifting latency and errors, steps',
    failRate: drift,
    latency: { ...latency, drift: 4 },
  },
  { ...short, name: '12 apps, bad payloads, steps', apps: apps(12) },
  { ...short, name: '50 apps, bad payloads, steps', apps: apps(50) },
  { ...short, name: '500 apps, bad payloads, drift, steps', failRate: drift, apps: apps(500) },
  { ...short, name: '5000 apps, bad payloads, steps', apps: apps(5000) },
  { ...short, name: '50 apps in batches, steps', apps: { ...apps(50), batch: 200 } },
  {
    ...base,
    name: '50 apps in batches, outage, steps',
    failRate: outage,
    apps: { ...apps(50), batch: 200 },
  },
  ...[12, 50, 500, 5000].map((count) => ({
    ...short,
    name: `${count} apps, unsafe, bad payloads, steps`,
    unsafe: true,
    killed: 0,
    apps: apps(count),
  })),
  // Where a few apps make most of the calls, and a step ends by the calls it had, the draw is known before it is told.
  {
    ...short,
    name: '50 apps, unsafe, busy bad ones, steps by calls',
    unsafe: true,
    killed: 0,
    exposures: 60,
    apps: { ...apps(50), isSkewed: true },
  },
  {
    ...short,
    name: '500 apps, unsafe, busy bad ones, drift, steps',
    unsafe: true,
    killed: 0,
    failRate: drift,
    apps: { ...apps(500), isSkewed: true },
  },
]

const dead = { ...short, canaryFailRate: always(1), killed: 0, latency }
const slow = (factor: number) => ({ ...latency, canaryFactor: factor })
const threefold = (rate: number) => 3 * rate

/** Rollouts of versions that must be stopped. */
export const faultScenarios: readonly Scenario[] = [
  { ...dead, name: 'dead, 1 %', weightsBp: [100] },
  { ...dead, name: 'dead, 5 %', weightsBp: [500] },
  { ...dead, name: 'dead, 10 %', weightsBp: [1000] },
  { ...dead, name: 'dead, 25 %', weightsBp: [2500] },
  { ...dead, name: 'dead, 50 %', weightsBp: [5000] },
  { ...dead, name: 'dead, 100 %', weightsBp: [10_000] },
  { ...dead, name: 'dead and unsafe, 5 %', unsafe: true, weightsBp: [500] },
  { ...dead, name: 'dead, 12 apps, steps', apps: { ...apps(12), bad: 0 } },
  { ...dead, name: 'dead, 50 apps with bad payloads, steps', apps: apps(50) },
  { ...dead, name: 'dead, 50 apps in batches, steps', apps: { ...apps(50), batch: 200 } },
  ...[12, 50, 500, 5000].map((count) => ({
    ...dead,
    name: `dead and unsafe, ${count} apps, steps`,
    unsafe: true,
    apps: { ...apps(count), bad: 0 },
  })),
  {
    ...short,
    name: 'fails on some series, 5 %',
    canaryBadPayloads: 0.2,
    weightsBp: [500],
    latency,
  },
  {
    ...base,
    name: 'threefold errors, 10 %',
    canaryFailRate: threefold,
    weightsBp: [1000],
    killed: 0,
  },
  { ...dead, name: 'hangs, 5 %', canaryFailRate: always(0), canaryHangs: true, weightsBp: [500] },
  { ...dead, name: 'hangs, 50 %', canaryFailRate: always(0), canaryHangs: true, weightsBp: [5000] },
  { ...base, name: 'threefold errors, steps', canaryFailRate: threefold, killed: 0 },
  { ...short, name: 'five times slower, 1 %', latency: slow(5), weightsBp: [100] },
  { ...short, name: 'five times slower, 5 %', latency: slow(5), weightsBp: [500] },
  { ...short, name: 'twice as slow, 10 %', latency: slow(2), weightsBp: [1000] },
  { ...short, name: 'half as slow again, 10 %', latency: slow(1.5), weightsBp: [1000] },
]

export function simulate(scenario: Scenario, rollouts: number): readonly RolloutResult[] {
  return Array.from({ length: rollouts }, (_, index) =>
    new SimulatedRollout(scenario, `${scenario.name}#${index}`).run(),
  )
}

export function nullRow(results: readonly RolloutResult[]): NullRow {
  return {
    rollouts: results.length,
    stopped: results.filter((result) => result.stopped).length,
    suspected: results.filter((result) => result.suspected).length,
  }
}

/** Medians are those of the rollouts that were caught. */
export function faultRow(results: readonly RolloutResult[]): FaultRow {
  const caught = results.filter((result) => result.stopped)
  const failed = caught.map((result) => result.canaryFailures)
  return {
    rollouts: results.length,
    caught: caught.length,
    suspected: results.filter((result) => result.suspected).length,
    median_failed: quantile(failed, 0.5),
    median_calls: quantile(
      caught.map((result) => result.canaryCalls),
      0.5,
    ),
    p95_failed: quantile(failed, 0.95),
    caller_errors: results.reduce((sum, result) => sum + result.callerErrors, 0),
  }
}

/** All rows. 1,000 rollouts a row take minutes of one core. */
export function simulateCanary(options: {
  readonly rollouts: number
  /** Told of each row before it is simulated. */
  readonly onRow?: (name: string) => void
}): CanaryFigures {
  const { rollouts, onRow } = options
  const results = (scenario: Scenario) => {
    onRow?.(scenario.name)
    return simulate(scenario, rollouts)
  }
  const nulls = Object.fromEntries(
    healthyScenarios.map((scenario) => [scenario.name, nullRow(results(scenario))]),
  )
  const faults = Object.fromEntries(
    faultScenarios.map((scenario) => [scenario.name, faultRow(results(scenario))]),
  )
  const row = (name: string) => faults[name] as FaultRow
  const stopped = Object.values(nulls).reduce((sum, { stopped }) => sum + stopped, 0)
  const healthy = rollouts * healthyScenarios.length
  const deaths = ['dead, 1 %', 'dead, 5 %'].map(row)
  return {
    healthy_stopped: stopped / healthy,
    healthy_rollouts: healthy,
    false_abort_max: Math.max(...Object.values(nulls).map(({ stopped }) => stopped / rollouts)),
    dead_failed_calls_median: Math.max(...deaths.map(({ median_failed }) => median_failed)),
    dead_median_failed: row('dead, 5 %').median_failed,
    dead_caught: Math.min(...deaths.map(({ caught }) => caught / rollouts)),
    sticky12_dead_median_failed: row('dead, 12 apps, steps').median_failed,
    threefold_caught: row('threefold errors, steps').caught / rollouts,
    slow2x_median_calls: row('twice as slow, 10 %').median_calls,
    null_rows: nulls,
    fault_rows: faults,
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
