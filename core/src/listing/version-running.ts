import { quantileOf } from '../catalog/levels/duration-buckets.ts'
import { type Setback, type TenantCalls, voicesOf } from './running-figures.ts'

/** Each version of one plugin that was called, or that something happened to. */
export function runningByVersion(
  calls: readonly TenantCalls[],
  setbacks: readonly Setback[],
  durations: ReadonlyMap<string, readonly number[]>,
) {
  const versions = new Set([...calls, ...setbacks].map(({ version }) => version))
  return [...versions].map((version) => {
    const happened = (kind: Setback['kind']) =>
      setbacks.some((one) => one.version === version && one.kind === kind)
    return {
      version,
      ...voicesOf(calls.filter((one) => one.version === version)),
      p95Ms: quantileOf(durations.get(version) ?? [], 0.95) ?? null,
      abortedRollouts: happened('aborted'),
      rolledBack: happened('rolled-back'),
      crashed: happened('crashed'),
    }
  })
}
