import { type LoessSpan, loessAt, smoothByLoess } from './loess.ts'

export interface StlParts {
  readonly seasonal: Float64Array
  readonly trend: Float64Array
}

export interface StlOptions {
  /** Years that a season is smoothed over; `periodic`: it is the same every year. */
  readonly seasonalWindow: number | 'periodic'
  /** Outliers lose their weight. */
  readonly robust?: boolean
}

/** Rounds within, and rounds of robustness: what Cleveland et al. recommend, and R's stl does. */
const INNER = { plain: 2, robust: 1 } as const
const OUTER = { plain: 0, robust: 15 } as const
/** A window is evaluated at every tenth of it. */
const JUMP_SHARE = 10
/** Residuals beyond six medians are outliers. */
const BIWEIGHT_MEDIANS = 6

/**
 * Seasonal-trend decomposition by loess: Cleveland, Cleveland, McRae and Terpenning (1990), Journal of Official
 * Statistics 6, 3–73, with the defaults of R's `stl`.
 * @param values at least two cycles.
 */
export function stl(
  values: readonly number[],
  period: number,
  { seasonalWindow, robust = false }: StlOptions,
): StlParts {
  const n = values.length
  const observed = Float64Array.from(values)
  const spans = spansOf(n, period, seasonalWindow)
  const pace = robust ? 'robust' : 'plain'
  let weights: Float64Array | undefined
  let trend: Float64Array = new Float64Array(n)
  let seasonal: Float64Array = new Float64Array(n)
  for (let round = 0; round <= OUTER[pace]; round++) {
    for (let k = 0; k < INNER[pace]; k++) {
      seasonal = seasonalOf(difference(observed, trend), period, spans, weights)
      trend = smoothByLoess(difference(observed, seasonal), spans.trend, weights)
    }
    if (round < OUTER[pace]) weights = robustnessWeights(observed, trend, seasonal)
  }
  if (seasonalWindow === 'periodic') seasonal = cycleMeans(seasonal, period)
  return { seasonal, trend }
}

interface Spans {
  readonly seasonal: LoessSpan
  readonly trend: LoessSpan
  readonly low: LoessSpan
}

function spansOf(n: number, period: number, seasonalWindow: number | 'periodic'): Spans {
  const periodic = seasonalWindow === 'periodic'
  const seasonal = periodic ? 10 * n + 1 : seasonalWindow
  const span = (window: number, degree: 0 | 1): LoessSpan => ({
    window,
    degree,
    jump: Math.ceil(window / JUMP_SHARE),
  })
  return {
    seasonal: span(seasonal, 0),
    trend: span(nextOdd(Math.ceil((1.5 * period) / (1 - 1.5 / seasonal))), 1),
    low: span(nextOdd(period), 1),
  }
}

/** The cycle-subseries smoothed, less what is low-frequency in them. */
function seasonalOf(
  detrended: Float64Array,
  period: number,
  spans: Spans,
  weights: Float64Array | undefined,
): Float64Array {
  const n = detrended.length
  const extended = new Float64Array(n + 2 * period)
  for (let phase = 0; phase < period; phase++) {
    const smooth = smoothedSubseries(
      every(detrended, phase, period),
      spans.seasonal,
      weights && every(weights, phase, period),
    )
    for (const [k, value] of smooth.entries()) extended[k * period + phase] = value
  }
  const averaged = movingAverage(movingAverage(movingAverage(extended, period), period), 3)
  const low = smoothByLoess(averaged, spans.low)
  return Float64Array.from(
    { length: n },
    (_, t) => (extended[period + t] as number) - (low[t] as number),
  )
}

/** One season over the years, with one year more at either end. */
function smoothedSubseries(
  values: Float64Array,
  span: LoessSpan,
  weights: Float64Array | undefined,
): Float64Array {
  const n = values.length
  const inside = smoothByLoess(values, span, weights)
  const before = loessAt(values, span, 0, 1, Math.min(span.window, n), weights)
  const after = loessAt(values, span, n + 1, Math.max(1, n - span.window + 1), n, weights)
  const first = inside[0] as number
  return Float64Array.from([before ?? first, ...inside, after ?? (inside[n - 1] as number)])
}

function robustnessWeights(
  observed: Float64Array,
  trend: Float64Array,
  seasonal: Float64Array,
): Float64Array {
  const sizes = observed.map((value, t) =>
    Math.abs(value - (trend[t] as number) - (seasonal[t] as number)),
  )
  const sorted = sizes.slice().sort()
  const n = sorted.length
  const median = ((sorted[n >> 1] as number) + (sorted[(n - 1) >> 1] as number)) / 2
  const reach = BIWEIGHT_MEDIANS * median
  return sizes.map((size) => {
    if (size <= 0.001 * reach) return 1
    return size <= 0.999 * reach ? (1 - (size / reach) ** 2) ** 2 : 0
  })
}

function cycleMeans(seasonal: Float64Array, period: number): Float64Array {
  const means = Array.from({ length: period }, (_, phase) => {
    const same = every(seasonal, phase, period)
    return same.reduce((sum, value) => sum + value, 0) / same.length
  })
  return seasonal.map((_, t) => means[t % period] as number)
}

function movingAverage(values: Float64Array, length: number): Float64Array {
  const averaged = new Float64Array(values.length - length + 1)
  let sum = 0
  for (let t = 0; t < values.length; t++) {
    sum += values[t] as number
    if (t >= length) sum -= values[t - length] as number
    if (t >= length - 1) averaged[t - length + 1] = sum / length
  }
  return averaged
}

function every(values: Float64Array, phase: number, period: number): Float64Array {
  return values.filter((_, t) => t % period === phase)
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, t) => value - (b[t] as number))
}

function nextOdd(value: number): number {
  return value % 2 === 0 ? value + 1 : value
}
