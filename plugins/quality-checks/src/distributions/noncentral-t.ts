import { integrate } from './gauss-legendre.ts'
import { normalCdf } from './normal.ts'
import { poissonDensity } from './saddle-point.ts'

/** e^(−42) is below 1e-18: what lies outside of the interval cannot be seen in the integral. */
const LOG_NEGLIGIBLE = 42
/** Panels of 16 nodes: with these the integral is exact to rounding for the smoothest integrand met. */
const FEWEST_PANELS = 48

/**
 * P(T ≤ t) of the noncentral t distribution, T = (Z + δ) / S with S² = χ²/ν: the mean of Φ(tS − δ) over S
 * (Johnson, Kotz and Balakrishnan 1995, "Continuous Univariate Distributions" 2, 31.4). Unlike the series of
 * AS 243 it holds for the large δ of variables plans.
 * @param degrees ν, 1 or more. @param shift δ.
 */
export function noncentralTCdf(t: number, degrees: number, shift: number): number {
  const [low, high] = rangeOfS(degrees)
  const panels = Math.max(FEWEST_PANELS, Math.ceil((high - low) * Math.abs(t)))
  return integrate(low, high, panels, (s) => densityOfS(s, degrees) * normalCdf(t * s - shift))
}

/** Where S lies but for e^(−42) (Laurent and Massart 2000, lemma 1). */
function rangeOfS(degrees: number): readonly [number, number] {
  const spread = 2 * Math.sqrt(LOG_NEGLIGIBLE / degrees)
  return [
    Math.sqrt(Math.max(0, 1 - spread)),
    Math.sqrt(1 + spread + (2 * LOG_NEGLIGIBLE) / degrees),
  ]
}

function densityOfS(s: number, degrees: number): number {
  return (degrees / s) * poissonDensity(degrees / 2, (degrees * s * s) / 2)
}
