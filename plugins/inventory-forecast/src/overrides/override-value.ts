/** A closed period that a planner had changed. */
export interface OverriddenPeriod {
  readonly statistical: number
  readonly planned: number
  readonly actual: number
}

export interface OverrideValue {
  readonly periods: number
  readonly maeStatistical: number
  readonly maePlanned: number
  /** Error that the planner took away, in the unit of the item; below 0 the planner made it worse. */
  readonly valueAdded: number
  /** Share of periods in which the planner was nearer. */
  readonly betterShare: number
}

/**
 * Forecast value added: the error of the statistical forecast less that of the planner's, over the periods that the planner
 * changed (Gilliland 2010, "The Business Forecasting Deal", ch. 4).
 */
export function overrideValueOf(periods: readonly OverriddenPeriod[]): OverrideValue | undefined {
  if (periods.length === 0) return undefined
  const n = periods.length
  const meanOf = (of: (period: OverriddenPeriod) => number) =>
    periods.reduce((sum, period) => sum + of(period), 0) / n
  const maeStatistical = meanOf(({ statistical, actual }) => Math.abs(actual - statistical))
  const maePlanned = meanOf(({ planned, actual }) => Math.abs(actual - planned))
  return {
    periods: n,
    maeStatistical,
    maePlanned,
    valueAdded: maeStatistical - maePlanned,
    betterShare: meanOf(({ statistical, planned, actual }) =>
      Math.abs(actual - planned) < Math.abs(actual - statistical) ? 1 : 0,
    ),
  }
}
