/** A period that is over: what was said of it last before it began, and what it came to. */
export interface ClosedPeriod {
  readonly forecast: number
  readonly actual: number
}

export interface Monitor {
  readonly periods: number
  /** Sum of errors over the mean absolute one; above 0: too little was forecast. */
  readonly trackingSignal: number
  /** Mean of actual minus forecast. */
  readonly bias: number
  readonly mae: number
  /** Sum of absolute errors over the sum of demand. */
  readonly wape: number | null
  readonly isAlarm: boolean
}

/** Looked back over: a year of months, a quarter of weeks. */
export const MONITORED_PERIODS = 12
/** Two errors on one side are chance. */
const LEAST_PERIODS = 4
/**
 * Beyond four mean absolute deviations, about 3.2 standard deviations, is more than chance (Brown 1959, "Statistical
 * Forecasting for Inventory Control"). A signal of n errors is n at most, so that four errors of one side alone reach it.
 */
const ALARM_AT = 4

/** @param closed the newest last */
export function monitorOf(closed: readonly ClosedPeriod[]): Monitor {
  const errors = closed.slice(-MONITORED_PERIODS).map(({ actual, forecast }) => actual - forecast)
  const demand = closed.slice(-MONITORED_PERIODS).reduce((sum, { actual }) => sum + actual, 0)
  const periods = errors.length
  const sum = errors.reduce((total, error) => total + error, 0)
  const absolute = errors.reduce((total, error) => total + Math.abs(error), 0)
  const mae = periods === 0 ? 0 : absolute / periods
  const trackingSignal = mae === 0 ? 0 : sum / mae
  return {
    periods,
    trackingSignal,
    bias: periods === 0 ? 0 : sum / periods,
    mae,
    wape: demand > 0 ? absolute / demand : null,
    isAlarm: periods >= LEAST_PERIODS && Math.abs(trackingSignal) >= ALARM_AT - 1e-9,
  }
}
