import { Refusal } from '@signalbox/sdk'

/** Fewer common errors say nothing of how series move together. */
const FEWEST = 3

/**
 * Covariance of one-step errors, shrunk towards its diagonal: Schäfer and Strimmer (2005), "A shrinkage approach to
 * large-scale covariance matrix estimation", Statistical Applications in Genetics and Molecular Biology 4(1), with the
 * target and the intensity that Wickramasuriya, Athanasopoulos and Hyndman (2019) take for MinT; errors are not centred.
 * @param residuals of each node; the latest that all nodes have are used.
 * @returns the lower triangle, row by row.
 */
export function shrunkCovariance(residuals: readonly (readonly number[])[]): Float64Array {
  const n = Math.min(...residuals.map((own) => own.length))
  if (!(n >= FEWEST)) {
    throw new Refusal(
      'RESIDUALS_MISSING',
      `The method mint learns from past errors: give each node ${FEWEST} or more residuals of the same periods.`,
    )
  }
  const latest = residuals.map((own) => own.slice(-n))
  const deviations = latest.map((own) => Math.sqrt(own.reduce((sum, e) => sum + e * e, 0) / n))
  const standard = latest.map((own, i) =>
    own.map((e) => (deviations[i] === 0 ? 0 : e / (deviations[i] as number))),
  )
  const size = residuals.length
  const correlations = new Float64Array((size * (size + 1)) / 2)
  let variances = 0
  let squares = 0
  for (let i = 0, at = 0; i < size; i++) {
    for (let j = 0; j <= i; j++, at++) {
      const { mean, variance } = productOf(standard[i] as number[], standard[j] as number[])
      correlations[at] = mean
      if (i === j) continue
      variances += variance
      squares += mean * mean
    }
  }
  const shrinkage = squares > 0 ? Math.min(Math.max(variances / squares, 0), 1) : 1
  // A node that was always forecast exactly still needs a variance to divide by.
  const least = 1e-6 * Math.max(...deviations, 1e-300)
  const scales = deviations.map((deviation) => Math.max(deviation, least))
  for (let i = 0, at = 0; i < size; i++) {
    for (let j = 0; j <= i; j++, at++) {
      const correlation = i === j ? 1 : (1 - shrinkage) * (correlations[at] as number)
      correlations[at] = correlation * (scales[i] as number) * (scales[j] as number)
    }
  }
  return correlations
}

/** The correlation of two standardised series, and the variance of that estimate. */
function productOf(a: readonly number[], b: readonly number[]): { mean: number; variance: number } {
  const n = a.length
  const products = a.map((value, t) => value * (b[t] as number))
  const mean = products.reduce((sum, product) => sum + product, 0) / n
  const scatter = products.reduce((sum, product) => sum + (product - mean) ** 2, 0)
  return { mean, variance: scatter / (n * (n - 1)) }
}
