/** Activation energy over the gas constant: 83.144 kJ/mol and 8.3144 J/(mol·K), as USP <1079> takes them. */
const ACTIVATION_KELVIN = 10_000
const KELVIN = 273.15

export interface TimedValue {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly value: number
}

/**
 * Mean kinetic temperature in °C of readings at equal intervals (USP <1079>, after Haynes 1971):
 * T = (ΔH/R) / −ln(Σ e^(−ΔH/(R·Tᵢ)) / n), T in kelvin. It is never below the mean, as warmth spoils faster than cold preserves.
 * @param temperatures °C, at least one, above absolute zero
 */
export function meanKineticTemperature(temperatures: readonly number[]): number {
  return fromRates(temperatures.map((value) => [value, 1] as const))
}

/**
 * The same for readings at unequal intervals: each counts for the time that it stands for, half of the way to its neighbours. A gap
 * longer than `longestGap` is not bridged.
 */
export function timedMeanKineticTemperature(
  readings: readonly TimedValue[],
  longestGap: number,
): number | undefined {
  if (readings.length === 0) return undefined
  const half = (i: number) => {
    const [a, b] = [readings[i], readings[i + 1]]
    const gap = a === undefined || b === undefined ? 0 : b.at - a.at
    return gap > longestGap ? 0 : gap / 2
  }
  const weighted = readings.map(({ value }, i) => [value, half(i - 1) + half(i)] as const)
  const total = weighted.reduce((sum, [, weight]) => sum + weight, 0)
  return fromRates(total === 0 ? weighted.map(([value]) => [value, 1] as const) : weighted)
}

function fromRates(weighted: readonly (readonly [celsius: number, weight: number])[]): number {
  let rate = 0
  let total = 0
  for (const [celsius, weight] of weighted) {
    rate += weight * Math.exp(-ACTIVATION_KELVIN / (celsius + KELVIN))
    total += weight
  }
  return ACTIVATION_KELVIN / -Math.log(rate / total) - KELVIN
}
