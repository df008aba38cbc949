import { type EtsForm, type EtsState, isSeasonal, type Smoothing } from './ets-model.ts'

/** Bounds of alpha, beta and gamma: at 0 a state could never learn, at 1 it would have no memory. */
const LEAST = 0.0001
const MOST = 0.9999
/** Below 0.8 damping is over within a few periods, above 0.98 it cannot be told from none (Hyndman et al. 2008, §2.3). */
const PHI_LEAST = 0.8
const PHI_MOST = 0.98

/** Where a climb starts: alpha itself, beta, gamma and phi as shares of the room they have. */
export interface StartingShares {
  readonly alpha: number
  readonly beta: number
  readonly gamma: number
  readonly phi: number
}

/** A state that is decoded again and again: the recursion overwrites `seasonal`. */
export interface ScratchState {
  level: number
  growth: number
  readonly seasonal: Float64Array
}

/**
 * The box that the likelihood of one form is maximised in. The usual region couples the parameters
 * (beta ≤ alpha, gamma ≤ 1 − alpha), so beta and gamma are written as shares of the room that alpha leaves them.
 *
 * A point holds alpha, share of beta, share of gamma, phi, level, growth and all seasons but the last, which
 * follows from their sum; what a form lacks is left out.
 */
export class ParameterSpace {
  readonly lower: Float64Array
  readonly upper: Float64Array
  readonly #form: EtsForm
  readonly #frequency: number
  readonly #hasTrend: boolean
  readonly #isDamped: boolean
  readonly #hasSeason: boolean
  readonly #levelAt: number
  readonly #seasonsAt: number

  constructor(form: EtsForm, frequency: number) {
    this.#form = form
    this.#frequency = frequency
    this.#hasTrend = form.trend !== 'N'
    this.#isDamped = form.trend === 'Ad'
    this.#hasSeason = isSeasonal(form)
    const bounds = [
      [LEAST, MOST],
      ...(this.#hasTrend ? [[0, 1]] : []),
      ...(this.#hasSeason ? [[0, 1]] : []),
      ...(this.#isDamped ? [[PHI_LEAST, PHI_MOST]] : []),
    ]
    this.#levelAt = bounds.length
    this.#seasonsAt = bounds.length + (this.#hasTrend ? 2 : 1)
    const size = this.#seasonsAt + (this.#hasSeason ? frequency - 1 : 0)
    const side = (k: number, free: number) =>
      Float64Array.from({ length: size }, (_, i) => bounds[i]?.[k] ?? free)
    this.lower = side(0, Number.NEGATIVE_INFINITY)
    this.upper = side(1, Number.POSITIVE_INFINITY)
  }

  encode(shares: StartingShares, state: EtsState): Float64Array {
    return Float64Array.from([
      shares.alpha,
      ...(this.#hasTrend ? [shares.beta] : []),
      ...(this.#hasSeason ? [shares.gamma] : []),
      ...(this.#isDamped ? [between(PHI_LEAST, PHI_MOST, shares.phi)] : []),
      state.level,
      ...(this.#hasTrend ? [state.growth] : []),
      ...state.seasonal.slice(0, -1),
    ])
  }

  /** The point of a model's own parameters, from which a climb over a longer or shorter history goes on. */
  encodeModel({ alpha, beta, gamma, phi }: Smoothing, state: EtsState): Float64Array {
    return Float64Array.from([
      alpha,
      ...(this.#hasTrend ? [shareOf(LEAST, alpha, beta)] : []),
      ...(this.#hasSeason ? [shareOf(LEAST, 1 - alpha, gamma)] : []),
      ...(this.#isDamped ? [phi] : []),
      state.level,
      ...(this.#hasTrend ? [state.growth] : []),
      ...state.seasonal.slice(0, -1),
    ])
  }

  smoothing(point: Float64Array): Smoothing {
    const alpha = point[0] as number
    const gammaAt = this.#hasTrend ? 2 : 1
    return {
      alpha,
      beta: this.#hasTrend ? between(LEAST, alpha, point[1] as number) : 0,
      gamma: this.#hasSeason ? between(LEAST, 1 - alpha, point[gammaAt] as number) : 0,
      phi: this.#isDamped ? (point[this.#levelAt - 1] as number) : this.#hasTrend ? 1 : 0,
    }
  }

  /** Writes the starting state of `point`; false where a seasonal factor is not positive. */
  readState(point: Float64Array, state: ScratchState): boolean {
    state.level = point[this.#levelAt] as number
    state.growth = this.#hasTrend ? (point[this.#levelAt + 1] as number) : 0
    if (!this.#hasSeason) return true
    const factors = this.#form.season === 'M'
    const last = this.#frequency - 1
    let rest = factors ? this.#frequency : 0
    let least = Number.POSITIVE_INFINITY
    for (let season = 0; season < last; season++) {
      const value = point[this.#seasonsAt + season] as number
      state.seasonal[season] = value
      rest -= value
      least = Math.min(least, value)
    }
    state.seasonal[last] = rest
    return !factors || Math.min(least, rest) > 0
  }
}

function between(least: number, most: number, share: number): number {
  return least + share * (most - least)
}

function shareOf(least: number, most: number, value: number): number {
  return most > least ? Math.min(Math.max((value - least) / (most - least), 0), 1) : 0
}
