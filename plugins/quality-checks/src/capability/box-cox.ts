import { squares } from '../distributions/moments.ts'

/** Beyond these powers a transformation says that another law is needed. */
const LARGEST_POWER = 5
const GOLDEN = (Math.sqrt(5) - 1) / 2
/** Each narrows the interval by 0.618: to 1e-8 of it. */
const NARROWINGS = 40

/**
 * The power λ whose transformation makes positive values most nearly normal: the largest profile likelihood (Box and
 * Cox 1964, Journal of the Royal Statistical Society B 26), by golden section; it has one top for data of one mode.
 */
export function boxCoxPower(values: readonly number[]): number {
  const meanLog = values.reduce((sum, value) => sum + Math.log(value), 0) / values.length
  const scale = Math.exp(meanLog)
  // Divided by their geometric mean the Jacobian is 1, and powers of large values stay small.
  const scaled = values.map((value) => value / scale)
  const unlikelihood = (power: number) => squares(scaled.map((value) => boxCox(value, power)))
  let [low, high] = [-LARGEST_POWER, LARGEST_POWER]
  for (let i = 0; i < NARROWINGS; i++) {
    const left = high - GOLDEN * (high - low)
    const right = low + GOLDEN * (high - low)
    if (unlikelihood(left) < unlikelihood(right)) high = right
    else low = left
  }
  return (low + high) / 2
}

/** (x^λ − 1)/λ, ln x for λ = 0: it rises with x for each λ. */
export function boxCox(value: number, power: number): number {
  const log = Math.log(value)
  return Math.abs(power * log) < 1e-12 ? log : Math.expm1(power * log) / power
}
