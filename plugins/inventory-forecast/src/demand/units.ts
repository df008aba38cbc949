import { Refusal } from '@signalbox/sdk'

/**
 * What a code of UN/ECE Recommendation 20 measures, and how much of the dimension's first unit one of it is. Factors are exact
 * by definition (the international yard and pound of 1959 for inch to pound).
 */
const dimensions: readonly Readonly<Record<string, number>>[] = [
  { C62: 1, H87: 1, EA: 1, PR: 2, DZN: 12, CEN: 100, MIL: 1000 },
  { KGM: 1, MGM: 1e-6, GRM: 0.001, TNE: 1000, LBR: 0.45359237, ONZ: 0.028349523125 },
  { MTR: 1, MMT: 0.001, CMT: 0.01, DMT: 0.1, KMT: 1000, INH: 0.0254, FOT: 0.3048, YRD: 0.9144 },
  { LTR: 1, MLT: 0.001, CLT: 0.01, HLT: 100, MTQ: 1000 },
  { MTK: 1, MMK: 1e-6, CMK: 0.0001, DMK: 0.01 },
]

/**
 * How many of `to` one of `from` is.
 * @returns undefined where they do not measure the same, or one is not known here.
 */
export function unitFactor(from: string, to: string): number | undefined {
  if (from === to) return 1
  const dimension = dimensions.find((units) => Object.hasOwn(units, from))
  const [one, other] = [dimension?.[from], dimension?.[to]]
  return one === undefined || other === undefined ? undefined : one / other
}

/** Fourteen digits before the six decimals are what the tables hold; a day's sum has to fit too. */
const MOST = 1e13

/**
 * A quantity in another unit, to the six decimals that are kept.
 * @throws QUANTITY_OUT_OF_RANGE
 */
export function converted(quantity: number, factor: number): number {
  const value = factor === 1 ? quantity : Math.round(quantity * factor * 1e6) / 1e6
  if (Math.abs(value) <= MOST) return value
  throw new Refusal(
    'QUANTITY_OUT_OF_RANGE',
    `${value} is beyond what can be kept: keep the item in a larger unit.`,
  )
}
