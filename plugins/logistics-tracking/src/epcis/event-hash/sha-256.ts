/** Round constants: the fractional parts of the cube roots of the first 64 primes (FIPS 180-4 §4.2.2). */
const rounds = new Uint32Array(64)
/** Initial values: the fractional parts of the square roots of the first 8 primes (FIPS 180-4 §5.3.3). */
const initial = new Uint32Array(8)

for (let number = 2, count = 0; count < 64; number++) {
  let prime = true
  for (let factor = 2; factor * factor <= number; factor++) if (number % factor === 0) prime = false
  if (!prime) continue
  // 2^64 times the root as an integer, of which the lower 32 bits of the upper half are wanted.
  if (count < 8) initial[count] = fraction(BigInt(number), 2n)
  rounds[count++] = fraction(BigInt(number), 3n)
}

/** The first 32 bits of the fraction of a root, by integers alone: no machine rounds them otherwise. */
function fraction(number: bigint, degree: bigint): number {
  const scaled = number << (32n * degree)
  let low = 0n
  let high = 1n << 40n
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (middle ** degree <= scaled) low = middle
    else high = middle
  }
  return Number(low & 0xffffffffn)
}

/**
 * SHA-256 of a text as UTF-8, in hexadecimal (FIPS 180-4 §6.2). It answers at once, which a function over rows must and
 * `crypto.subtle` cannot.
 */
export function sha256(text: string): string {
  const bytes = new TextEncoder().encode(text)
  const padded = new Uint8Array(((bytes.length + 72) >> 6) << 6)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x20000000))
  view.setUint32(padded.length - 4, bytes.length << 3)
  const state = initial.slice()
  const schedule = new Uint32Array(64)
  for (let at = 0; at < padded.length; at += 64) compress(state, schedule, view, at)
  return Array.from(state, (word) => word.toString(16).padStart(8, '0')).join('')
}

function compress(state: Uint32Array, w: Uint32Array, view: DataView, at: number): void {
  const word = (i: number) => w[i] ?? 0
  for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + 4 * i)
  for (let i = 16; i < 64; i++) {
    const early = word(i - 15)
    const late = word(i - 2)
    const s0 = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3)
    const s1 = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10)
    w[i] = (word(i - 16) + s0 + word(i - 7) + s1) | 0
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let i = 0; i < 64; i++) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)
    const first = (h + s1 + ((e & f) ^ (~e & g)) + (rounds[i] ?? 0) + word(i)) | 0
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  for (const [i, one] of [a, b, c, d, e, f, g, h].entries()) state[i] = (state[i] ?? 0) + one
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by))
}
