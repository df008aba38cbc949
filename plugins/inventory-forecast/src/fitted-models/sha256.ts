/**
 * SHA-256 of ASCII text, in hexadecimal (FIPS 180-4, §6.2). Written out so that the bundle asks for no web API.
 */
export function sha256(ascii: string): string {
  const words = padded(ascii)
  const hash = rootFractions(8, Math.sqrt)
  const constants = rootFractions(64, Math.cbrt)
  const schedule = new Int32Array(64)
  for (let block = 0; block < words.length; block += 16) {
    schedule.set(words.subarray(block, block + 16))
    expand(schedule)
    compress(hash, schedule, constants)
  }
  return Array.from(hash, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

/** The text, a 1 bit, zeros, and the length in bits: whole blocks of sixteen big-endian words. */
function padded(ascii: string): Int32Array {
  const words = new Int32Array(Math.ceil((ascii.length + 9) / 64) * 16)
  const put = (i: number, byte: number): void => {
    words[i >> 2] = (words[i >> 2] as number) | (byte << (24 - 8 * (i & 3)))
  }
  for (let i = 0; i < ascii.length; i++) put(i, ascii.charCodeAt(i))
  put(ascii.length, 0x80)
  words[words.length - 1] = ascii.length * 8
  return words
}

/** The standard's constants: the first 32 bits of the fractions of the first primes' roots. */
function rootFractions(count: number, root: (prime: number) => number): Int32Array {
  const primes: number[] = []
  for (let n = 2; primes.length < count; n++) {
    if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  }
  return Int32Array.from(primes, (prime) => (root(prime) % 1) * 2 ** 32)
}

function expand(schedule: Int32Array): void {
  for (let t = 16; t < 64; t++) {
    const a = schedule[t - 15] as number
    const b = schedule[t - 2] as number
    const small0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)
    const small1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10)
    schedule[t] = (schedule[t - 16] as number) + small0 + (schedule[t - 7] as number) + small1
  }
}

function compress(hash: Int32Array, schedule: Int32Array, constants: Int32Array): void {
  let [a, b, c, d, e, f, g, h] = hash as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  for (let t = 0; t < 64; t++) {
    const large1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const choice = (e & f) ^ (~e & g)
    const first = (h + large1 + choice + (constants[t] as number) + (schedule[t] as number)) | 0
    const large0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + large0 + majority) | 0
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) hash[i] = (hash[i] as number) + word
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}
