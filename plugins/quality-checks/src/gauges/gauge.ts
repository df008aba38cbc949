import { addDays } from '../calendar/days.ts'

export type GaugeStatus = 'ok' | 'due-soon' | 'overdue' | 'never-calibrated' | 'blocked' | 'retired'

export interface Gauge {
  readonly gauge: string
  /** `blocked`: its newest calibration failed. */
  readonly state: 'in-use' | 'blocked' | 'retired'
  /** The last day on which it may be used, YYYY-MM-DD; null: never calibrated. */
  readonly dueOn: string | null
}

/** So many days before it is due, a gauge is shown as due soon. */
const SOON_DAYS = 14

/** @param on the day of the measurement, YYYY-MM-DD */
export function gaugeStatus({ state, dueOn }: Gauge, on: string): GaugeStatus {
  if (state !== 'in-use') return state
  if (dueOn === null) return 'never-calibrated'
  if (dueOn < on) return 'overdue'
  return dueOn < addDays(on, SOON_DAYS) ? 'due-soon' : 'ok'
}

/** Whether a measurement with it counts as any other. */
export function mayMeasure(status: GaugeStatus): boolean {
  return status === 'ok' || status === 'due-soon'
}

/** Whether a tenant may choose to take its measurements with a flag: the gauge is not known to be wrong. */
export function mayBeFlagged(status: GaugeStatus): boolean {
  return status === 'overdue' || status === 'never-calibrated'
}
