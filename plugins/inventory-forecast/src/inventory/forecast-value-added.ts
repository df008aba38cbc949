/** A period with the forecast of the machine, what a planner made of it, and what came. */
export interface ForecastStep {
  readonly statistical: number
  readonly override: number
  readonly actual: number
}

/** What changes by people were worth; units are those of demand. */
export interface ForecastValueAdded {
  readonly periods: number
  readonly statistical: { readonly mae: number; readonly bias: number }
  readonly override: { readonly mae: number; readonly bias: number }
  /** Mean absolute error taken away by the override: above 0 it helped. */
  readonly value: number
  /** That over the error of the statistical forecast; null where it made none. */
  readonly relative: number | null
  /** Share of changed periods in which the override was nearer; null where nothing was changed. */
  readonly shareImproved: number | null
  /** Changes in the direction that demand then took; null where nothing was changed or demand was as forecast. */
  readonly shareRightDirection: number | null
}

/**
 * Forecast value added (Gilliland 2010, "The Business Forecasting Deal", chapter 4): the step in the process that makes
 * the error larger is one to leave out. Bias is forecast minus actual: above 0 is too high.
 * @returns undefined where no period has been seen yet.
 */
export function forecastValueAdded(steps: readonly ForecastStep[]): ForecastValueAdded | undefined {
  const known = steps.filter(({ statistical, override, actual }) =>
    [statistical, override, actual].every(Number.isFinite),
  )
  if (known.length === 0) return undefined
  const statistical = errorsOf(known.map(({ statistical: f, actual }) => f - actual))
  const override = errorsOf(known.map(({ override: f, actual }) => f - actual))
  const value = statistical.mae - override.mae
  const changed = known.filter((step) => step.override !== step.statistical)
  const moved = changed.filter((step) => step.actual !== step.statistical)
  return {
    periods: known.length,
    statistical,
    override,
    value,
    relative: statistical.mae === 0 ? null : value / statistical.mae,
    shareImproved: shareOf(
      changed,
      (step) => Math.abs(step.override - step.actual) < Math.abs(step.statistical - step.actual),
    ),
    shareRightDirection: shareOf(
      moved,
      (step) => step.override > step.statistical === step.actual > step.statistical,
    ),
  }
}

function errorsOf(errors: readonly number[]) {
  return {
    mae: errors.reduce((sum, error) => sum + Math.abs(error) / errors.length, 0),
    bias: errors.reduce((sum, error) => sum + error / errors.length, 0),
  }
}

function shareOf(
  steps: readonly ForecastStep[],
  holds: (step: ForecastStep) => boolean,
): number | null {
  return steps.length === 0 ? null : steps.filter(holds).length / steps.length
}
