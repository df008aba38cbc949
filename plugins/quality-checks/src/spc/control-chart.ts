import type { ChartKind, Statistics } from './chart-kinds.ts'
import type { ChartParameters } from './chart-parameters.ts'
import { type ConstantsChoice, c4, c5, rangeConstants } from './control-constants.ts'

export interface ChartDefinition {
  readonly kind: ChartKind
  readonly constants: ConstantsChoice
  /** Distance of the limits in standard deviations of a point: 3; of `ewma` often 2.7. */
  readonly width: number
  /** Of `ewma`: weight of the newest point. */
  readonly lambda: number
  /** Of `cusum`: reference value k and decision interval h, in standard deviations of a point. */
  readonly reference: number
  readonly decision: number
}

/** Montgomery 9.1 and 9.2: λ = 0.2 and k = ½ look for shifts of one sigma. */
export const usualDefinition = {
  constants: 'published',
  width: 3,
  lambda: 0.2,
  reference: 0.5,
  decision: 5,
} as const satisfies Omit<ChartDefinition, 'kind'>

export interface Limits {
  readonly centre: number
  /** Standard deviation of what is drawn. */
  readonly sigma: number
  readonly lcl: number
  readonly ucl: number
}

export interface Drawn extends Limits {
  readonly value: number
}

export interface ChartPoint {
  readonly location: Drawn
  /** Range, standard deviation or moving range; null where the chart has none. */
  readonly dispersion: Drawn | null
  /** The lower of the two sums of a CUSUM chart, at most 0; `location` has the upper one. */
  readonly lower: Drawn | null
}

/** What a chart remembers from one point to the next. */
export interface ChartState {
  /** `i-mr`: the value before. */
  readonly previous?: number
  /** `ewma`: its value, and its variance in units of sigma². */
  readonly smoothed?: number
  readonly variance?: number
  /** `cusum`: both sums. */
  readonly upper?: number
  readonly lower?: number
}

export interface Advance {
  readonly point: ChartPoint
  readonly state: ChartState
}

/** The next point of a chart. The whole chart is nothing but this, point after point: online and at once are the same. */
export function advance(
  definition: ChartDefinition,
  parameters: ChartParameters,
  state: ChartState,
  statistics: Statistics,
): Advance {
  const { kind } = definition
  if (kind === 'ewma') return advanceEwma(definition, parameters, state, statistics)
  if (kind === 'cusum') return advanceCusum(definition, parameters, state, statistics)
  const location = drawLocation(definition, parameters, statistics)
  if (kind === 'i-mr') {
    const { previous } = state
    const move = previous === undefined ? null : Math.abs(statistics.location - previous)
    const dispersion = move === null ? null : drawRange(definition, parameters.sigma, 2, move)
    return {
      point: { location, dispersion, lower: null },
      state: { previous: statistics.location },
    }
  }
  const dispersion = drawDispersion(definition, parameters, statistics)
  return { point: { location, dispersion, lower: null }, state: {} }
}

export function drawChart(
  definition: ChartDefinition,
  parameters: ChartParameters,
  points: readonly Statistics[],
  start: ChartState = {},
): ChartPoint[] {
  let state = start
  return points.map((statistics) => {
    const next = advance(definition, parameters, state, statistics)
    state = next.state
    return next.point
  })
}

/** Montgomery 6.2 (means), 7.2 (p, np), 7.3 (c, u); what cannot be below 0 has no limit there, nor a share above 1. */
function drawLocation(
  { kind, width }: ChartDefinition,
  { centre, sigma }: ChartParameters,
  { location: value, size }: Statistics,
): Drawn {
  switch (kind) {
    case 'p':
      return draw(value, centre, sigma / Math.sqrt(size), width, 0, 1)
    case 'np':
      return draw(value, centre * size, sigma * Math.sqrt(size), width, 0, size)
    case 'c':
      return draw(value, centre, sigma, width, 0)
    case 'u':
      return draw(value, centre, sigma / Math.sqrt(size), width, 0)
    default:
      return draw(value, centre, sigma / Math.sqrt(size), width)
  }
}

function drawDispersion(
  definition: ChartDefinition,
  { sigma }: ChartParameters,
  { dispersion, size }: Statistics,
): Drawn | null {
  if (dispersion === null) return null
  if (definition.kind === 'xbar-s') {
    return draw(dispersion, c4(size) * sigma, c5(size) * sigma, definition.width, 0)
  }
  return drawRange(definition, sigma, size, dispersion)
}

function drawRange(
  { constants, width }: ChartDefinition,
  sigma: number,
  size: number,
  value: number,
): Drawn {
  const { d2, d3 } = rangeConstants(size, constants)
  return draw(value, d2 * sigma, d3 * sigma, width, 0)
}

/** Roberts 1959; the variance is the exact one of the first points too (Montgomery 9.2), for subgroups of any sizes. */
function advanceEwma(
  { lambda, width }: ChartDefinition,
  { centre, sigma }: ChartParameters,
  { smoothed = centre, variance = 0 }: ChartState,
  { location, size }: Statistics,
): Advance {
  const next = lambda * location + (1 - lambda) * smoothed
  const spread = (lambda * lambda) / size + (1 - lambda) ** 2 * variance
  const point = {
    location: draw(next, centre, sigma * Math.sqrt(spread), width),
    dispersion: null,
    lower: null,
  }
  return { point, state: { smoothed: next, variance: spread } }
}

/**
 * Page 1954: the two tabular sums of standardized means (Montgomery 9.1.2). They go on after an alarm; freezing new
 * limits starts them anew.
 */
function advanceCusum(
  { reference, decision }: ChartDefinition,
  { centre, sigma }: ChartParameters,
  { upper = 0, lower = 0 }: ChartState,
  { location, size }: Statistics,
): Advance {
  const z = sigma === 0 ? 0 : (location - centre) / (sigma / Math.sqrt(size))
  const high = Math.max(0, upper + z - reference)
  const low = Math.min(0, lower + z + reference)
  // Drawn so that three "sigma" are the decision interval.
  const drawn = (value: number) => draw(value, 0, decision / 3, 3)
  const point = { location: drawn(high), dispersion: null, lower: drawn(low) }
  return { point, state: { upper: high, lower: low } }
}

function draw(
  value: number,
  centre: number,
  sigma: number,
  width: number,
  least = Number.NEGATIVE_INFINITY,
  most = Number.POSITIVE_INFINITY,
): Drawn {
  const lcl = Math.max(least, centre - width * sigma)
  const ucl = Math.min(most, centre + width * sigma)
  return { value, centre, sigma, lcl, ucl }
}
