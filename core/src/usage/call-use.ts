/** What one try of a call took of the version that had it. Filled while it runs. */
export interface CallUse {
  /** Of the version's own guest, not of what it asked other services for. */
  cpuMs: number
  /** By unit, as `ctx.meter` counted it; absent: nothing. */
  units: Map<string, number> | undefined
  /** Of the run that metered: one that begins again, because its lane was lost, has another. */
  run: AbortSignal | undefined
}

export function beginUse(): CallUse {
  return { cpuMs: 0, units: undefined, run: undefined }
}

/** What a run counted that did not come to its end is not counted beside that of the next. */
export function meterUse(use: CallUse, unit: string, n: number, run: AbortSignal): void {
  if (use.units === undefined || use.run !== run) use.units = new Map()
  use.run = run
  use.units.set(unit, (use.units.get(unit) ?? 0) + n)
}

/** What was taken by the call that ended in this error. Beside the error: its catalogue knows no calls. */
const taken = new WeakMap<object, CallUse>()

export function noteUse(error: object, use: CallUse): void {
  taken.set(error, use)
}

export function useOf(error: object): CallUse | undefined {
  return taken.get(error)
}
