/** How calls of one version in one tenant went, within the time that is looked at. */
export interface TenantCalls {
  readonly plugin: string
  readonly version: string
  readonly tenant: string
  readonly calls: number
  readonly failed: number
}

/** What went wrong with a version, each at most once a version and kind: nobody makes it more by doing it again. */
export interface Setback {
  readonly plugin: string
  readonly version: string
  readonly kind: 'aborted' | 'rolled-back' | 'crashed'
}

export interface RunningFigures {
  readonly tenants: number
  /** The mean over tenants of the share of calls that failed, 0 to 1; null: nobody called it. */
  readonly failedShare: number | null
  readonly setbacks: number
}

/** By plugin. Each tenant has one voice, whatever it calls how often and in how many versions. */
export function figuresByPlugin(
  calls: readonly TenantCalls[],
  setbacks: readonly Setback[],
): ReadonlyMap<string, RunningFigures> {
  const byPlugin = Map.groupBy(calls, ({ plugin }) => plugin)
  const fallen = Map.groupBy(setbacks, ({ plugin }) => plugin)
  const plugins = new Set([...byPlugin.keys(), ...fallen.keys()])
  return new Map(
    [...plugins].map((plugin) => [
      plugin,
      {
        ...voicesOf(byPlugin.get(plugin) ?? []),
        setbacks: fallen.get(plugin)?.length ?? 0,
      },
    ]),
  )
}

/** Tenants and the mean of their shares. */
export function voicesOf(calls: readonly TenantCalls[]): Omit<RunningFigures, 'setbacks'> {
  const shares = [...Map.groupBy(calls, ({ tenant }) => tenant).values()].flatMap((own) => {
    const all = own.reduce((sum, one) => sum + one.calls, 0)
    return all === 0 ? [] : [own.reduce((sum, { failed }) => sum + failed, 0) / all]
  })
  const sum = shares.reduce((all, share) => all + share, 0)
  return {
    tenants: new Set(calls.map(({ tenant }) => tenant)).size,
    failedShare: shares.length === 0 ? null : sum / shares.length,
  }
}
