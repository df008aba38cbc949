/** Where Stirling's series has full precision with the terms below; smaller arguments are moved up to it. */
const STIRLING_FROM = 12
/** B₂ₖ / (2k (2k − 1)) of Stirling's series (Abramowitz and Stegun 6.1.41). */
const stirling = [
  1 / 12,
  -1 / 360,
  1 / 1260,
  -1 / 1680,
  1 / 1188,
  -691 / 360360,
  1 / 156,
  -3617 / 122400,
]

/** ln Γ(x) for x > 0, to about 1e-15 of the larger of 1 and its value. */
export function logGamma(x: number): number {
  let shift = 0
  let at = x
  let product = 1
  while (at < STIRLING_FROM) {
    product *= at
    at += 1
  }
  shift = Math.log(product)
  let tail = 0
  for (const [k, coefficient] of stirling.entries()) tail += coefficient / at ** (2 * k + 1)
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + tail - shift
}
