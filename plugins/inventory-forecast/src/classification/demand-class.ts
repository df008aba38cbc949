export type DemandClass = 'smooth' | 'erratic' | 'intermittent' | 'lumpy' | 'new' | 'dying' | 'dead'

export interface Classification {
  readonly class: DemandClass
  /** Mean periods between demands (ADI); null where there is no demand. */
  readonly meanInterval: number | null
  /** Squared coefficient of variation of the sizes of demands (CV²); null below two demands. */
  readonly squaredVariation: number | null
}

/** Cut-offs of Syntetos, Boylan and Croston (2005), Journal of the Operational Research Society 56, 495–503. */
const INTERVAL_CUT = 1.32
const VARIATION_CUT = 0.49
/** Demands that an interval and a variation can be read from. */
const FEWEST_DEMANDS = 3
/** A wait of so many mean intervals has a chance of a few percent while the part lives. */
const DYING_WAIT = 3
/** And of at least half a year of months, so that a fast mover's quiet weeks are no death. */
const SHORTEST_DYING_WAIT = 6

/** The class of a history of demand, none negative. Dead: no demand at all; dying: far longer without than usual. */
export function classifyDemand(values: readonly number[]): Classification {
  const first = values.findIndex((value) => value > 0)
  if (first === -1) return { class: 'dead', meanInterval: null, squaredVariation: null }
  const sizes = values.filter((value) => value > 0)
  // As the literature counts: periods over demands, the whole history through.
  const meanInterval = values.length / sizes.length
  const squaredVariation = sizes.length < 2 ? null : variationOf(sizes)
  return {
    class: classOf(values, first, sizes.length, squaredVariation ?? 0),
    meanInterval,
    squaredVariation,
  }
}

function classOf(
  values: readonly number[],
  first: number,
  demands: number,
  variation: number,
): DemandClass {
  const last = values.findLastIndex((value) => value > 0)
  const wait = values.length - 1 - last
  const usual = demands < 2 ? 0 : (last - first) / (demands - 1)
  if (demands >= FEWEST_DEMANDS && wait >= Math.max(SHORTEST_DYING_WAIT, DYING_WAIT * usual)) {
    return 'dying'
  }
  if (demands < FEWEST_DEMANDS && first >= values.length / 2) return 'new'
  const isRegular = values.length / demands < INTERVAL_CUT
  if (variation < VARIATION_CUT) return isRegular ? 'smooth' : 'intermittent'
  return isRegular ? 'erratic' : 'lumpy'
}

function variationOf(sizes: readonly number[]): number {
  const mean = sizes.reduce((sum, size) => sum + size / sizes.length, 0)
  const variance = sizes.reduce((sum, size) => sum + (size - mean) ** 2, 0) / (sizes.length - 1)
  return variance / mean ** 2
}
