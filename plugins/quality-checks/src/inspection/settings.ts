import type { Context } from '@signalbox/sdk'

export interface InspectionSettings {
  /** Measurements with a gauge that is overdue: refused, or taken with a flag. */
  readonly overdueGauge: 'refuse' | 'flag'
  /** Lots that no plan is for: released at once, or held until somebody decides. */
  readonly withoutPlan: 'release' | 'hold'
}

export function settingsOf({ config }: Pick<Context, 'config'>): InspectionSettings {
  const { overdueGauge = 'refuse', withoutPlan = 'release' } =
    (config as { readonly inspection?: Partial<InspectionSettings> } | null)?.inspection ?? {}
  return { overdueGauge, withoutPlan }
}
