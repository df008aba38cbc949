/** A window of nearest points, and how far apart the points are that are smoothed by it rather than between two such. */
export interface LoessSpan {
  /** Points in the window; odd. */
  readonly window: number
  readonly degree: 0 | 1
  readonly jump: number
}

/** Shares of the window's half width: nearer counts fully, farther not at all, as the published routine has it. */
const NEAR = 0.001
const FAR = 0.999

/**
 * Local regression over points 1 … n (Cleveland, Cleveland, McRae and Terpenning 1990, "STL: A seasonal-trend
 * decomposition procedure based on loess", Journal of Official Statistics 6, 3–73; the steps of their routine `ess`).
 * @param weights robustness weights of the points.
 */
export function smoothByLoess(
  values: Float64Array,
  span: LoessSpan,
  weights?: Float64Array,
): Float64Array {
  const n = values.length
  if (n < 2) return values.slice()
  const jump = Math.min(span.jump, n - 1)
  const smooth = new Float64Array(n)
  const at = (i: number): number => {
    const [left, right] = windowAround(i, n, span.window)
    return loessAt(values, span, i, left, right, weights) ?? (values[i - 1] as number)
  }
  for (let i = 1; i <= n; i += jump) smooth[i - 1] = at(i)
  for (let i = 1; i <= n - jump; i += jump) fillBetween(smooth, i, i + jump)
  const last = Math.floor((n - 1) / jump) * jump + 1
  if (last !== n) {
    smooth[n - 1] = at(n)
    fillBetween(smooth, last, n)
  }
  return smooth
}

/**
 * The local fit at one place, which may lie outside the points.
 * @param x place, in points from 1.
 * @param left first point of the window, from 1.
 * @returns undefined where no point of the window has any weight.
 */
export function loessAt(
  values: Float64Array,
  { window, degree }: LoessSpan,
  x: number,
  left: number,
  right: number,
  weights?: Float64Array,
): number | undefined {
  const n = values.length
  let half = Math.max(x - left, right - x)
  if (window > n) half += Math.floor((window - n) / 2)
  const local = new Float64Array(right - left + 1)
  let total = 0
  for (let j = left; j <= right; j++) {
    const distance = Math.abs(j - x)
    if (distance > FAR * half) continue
    const near = distance <= NEAR * half ? 1 : (1 - (distance / half) ** 3) ** 3
    const weight = near * (weights?.[j - 1] ?? 1)
    local[j - left] = weight
    total += weight
  }
  if (total <= 0) return undefined
  for (let k = 0; k < local.length; k++) local[k] = (local[k] as number) / total
  if (half > 0 && degree > 0) tilt(local, left, x, n)
  let sum = 0
  for (let j = left; j <= right; j++) sum += (local[j - left] as number) * (values[j - 1] as number)
  return sum
}

/** Turns weights of a local mean into those of a local line. */
function tilt(local: Float64Array, left: number, x: number, n: number): void {
  let centre = 0
  for (let k = 0; k < local.length; k++) centre += (local[k] as number) * (left + k)
  let spread = 0
  for (let k = 0; k < local.length; k++) spread += (local[k] as number) * (left + k - centre) ** 2
  if (Math.sqrt(spread) <= NEAR * (n - 1)) return
  const slope = (x - centre) / spread
  for (let k = 0; k < local.length; k++) {
    local[k] = (local[k] as number) * (slope * (left + k - centre) + 1)
  }
}

function windowAround(i: number, n: number, window: number): [number, number] {
  if (window >= n) return [1, n]
  const half = (window + 1) >> 1
  const left = Math.min(Math.max(i - half + 1, 1), n - window + 1)
  return [left, left + window - 1]
}

function fillBetween(smooth: Float64Array, from: number, to: number): void {
  const first = smooth[from - 1] as number
  const step = ((smooth[to - 1] as number) - first) / (to - from)
  for (let j = from + 1; j < to; j++) smooth[j - 1] = first + step * (j - from)
}
