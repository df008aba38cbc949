import type { Primordials } from './primordials.ts'

/** 64-bit words in two halves. */
interface Halves {
  readonly high: Uint32Array
  readonly low: Uint32Array
}

/**
 * SHA-1, SHA-256, SHA-384 and SHA-512 (FIPS 180-4), for `ctx.hash` and `crypto.subtle.digest`. Own code,
 * because what is sent into an isolate can import nothing; tested against node:crypto.
 *
 * The constants are computed when first needed, as the standard defines them: the first bits of the
 * fractions of roots of primes. That takes an isolate that hashes 1.5 ms, once, and is no text in one
 * that does not.
 */
export class Digest {
  readonly #p: Primordials
  /** 64-bit fractions of the cube roots of the first 80 primes, and of the square roots of the first 16. */
  #cubes: Halves | undefined
  #squares: Halves | undefined

  constructor(p: Primordials) {
    this.#p = p
  }

  /** @returns undefined for an algorithm that is not there. */
  of(algorithm: string, bytes: Uint8Array): Uint8Array | undefined {
    switch (algorithm) {
      case 'SHA-1':
        return this.#narrow(bytes, 20, this.#sha1())
      case 'SHA-256':
        return this.#narrow(bytes, 32, this.#sha256())
      case 'SHA-384':
        return this.#wide(bytes, 48)
      case 'SHA-512':
        return this.#wide(bytes, 64)
      default:
        return undefined
    }
  }

  /** Lower-case hexadecimal, or undefined as `of`. */
  hex(algorithm: string, bytes: Uint8Array): string | undefined {
    const digest = this.of(algorithm, bytes)
    if (digest === undefined) return undefined
    let text = ''
    for (let index = 0; index < digest.length; index++) {
      const byte = digest[index] as number
      text += '0123456789abcdef'[byte >> 4] as string
      text += '0123456789abcdef'[byte & 15] as string
    }
    return text
  }

  #narrow(
    bytes: Uint8Array,
    size: number,
    { state, compress }: { state: Uint32Array; compress: (w: Uint32Array) => void },
  ): Uint8Array {
    const message = this.#padded(bytes, 64)
    const w = new this.#p.Uint32Array(80)
    for (let from = 0; from < message.length; from += 64) {
      for (let index = 0; index < 16; index++) w[index] = wordAt(message, from + index * 4)
      compress(w)
    }
    const digest = new this.#p.Uint8Array(size)
    for (let index = 0; index < size; index++) {
      digest[index] = (state[index >> 2] as number) >>> (24 - (index & 3) * 8)
    }
    return digest

    function wordAt(from: Uint8Array, at: number): number {
      return (
        ((from[at] as number) << 24) |
        ((from[at + 1] as number) << 16) |
        ((from[at + 2] as number) << 8) |
        (from[at + 3] as number)
      )
    }
  }

  #sha1() {
    const state = new this.#p.Uint32Array(5)
    state[0] = 0x67452301
    state[1] = 0xefcdab89
    state[2] = 0x98badcfe
    state[3] = 0x10325476
    state[4] = 0xc3d2e1f0
    const rotated = (word: number, bits: number) => (word << bits) | (word >>> (32 - bits))
    const compress = (w: Uint32Array): void => {
      for (let t = 16; t < 80; t++) {
        const mixed =
          (w[t - 3] as number) ^
          (w[t - 8] as number) ^
          (w[t - 14] as number) ^
          (w[t - 16] as number)
        w[t] = rotated(mixed, 1)
      }
      let a = state[0] as number
      let b = state[1] as number
      let c = state[2] as number
      let d = state[3] as number
      let e = state[4] as number
      for (let t = 0; t < 80; t++) {
        let f: number
        if (t < 20) f = ((b & c) | (~b & d)) + 0x5a827999
        else if (t < 40) f = (b ^ c ^ d) + 0x6ed9eba1
        else if (t < 60) f = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
        else f = (b ^ c ^ d) + 0xca62c1d6
        const next = (rotated(a, 5) + f + e + (w[t] as number)) | 0
        e = d
        d = c
        c = rotated(b, 30)
        b = a
        a = next
      }
      state[0] = (state[0] as number) + a
      state[1] = (state[1] as number) + b
      state[2] = (state[2] as number) + c
      state[3] = (state[3] as number) + d
      state[4] = (state[4] as number) + e
    }
    return { state, compress }
  }

  #sha256() {
    this.#squares ??= this.#roots(16, 2)
    this.#cubes ??= this.#roots(80, 3)
    const squares = this.#squares.high
    const k = this.#cubes.high
    const h = new this.#p.Uint32Array(8)
    for (let index = 0; index < 8; index++) h[index] = squares[index] as number
    const right = (word: number, bits: number) => (word >>> bits) | (word << (32 - bits))
    const v = new this.#p.Uint32Array(8)
    const compress = (w: Uint32Array): void => {
      for (let t = 16; t < 64; t++) {
        const x = w[t - 15] as number
        const y = w[t - 2] as number
        const s0 = right(x, 7) ^ right(x, 18) ^ (x >>> 3)
        const s1 = right(y, 17) ^ right(y, 19) ^ (y >>> 10)
        w[t] = (w[t - 16] as number) + s0 + (w[t - 7] as number) + s1
      }
      for (let index = 0; index < 8; index++) v[index] = h[index] as number
      for (let t = 0; t < 64; t++) {
        const a = v[0] as number
        const e = v[4] as number
        const chosen = (e & (v[5] as number)) ^ (~e & (v[6] as number))
        const majority =
          (a & (v[1] as number)) ^ (a & (v[2] as number)) ^ ((v[1] as number) & (v[2] as number))
        const s1 = right(e, 6) ^ right(e, 11) ^ right(e, 25)
        const s0 = right(a, 2) ^ right(a, 13) ^ right(a, 22)
        const first = ((v[7] as number) + s1 + chosen + (k[t] as number) + (w[t] as number)) | 0
        v[7] = v[6] as number
        v[6] = v[5] as number
        v[5] = e
        v[4] = (v[3] as number) + first
        v[3] = v[2] as number
        v[2] = v[1] as number
        v[1] = a
        v[0] = first + s0 + majority
      }
      for (let index = 0; index < 8; index++) h[index] = (h[index] as number) + (v[index] as number)
    }
    return { state: h, compress }
  }

  /** 64-bit words as two halves: `2 * n` is the high one. */
  #wide(bytes: Uint8Array, size: number): Uint8Array {
    this.#squares ??= this.#roots(16, 2)
    this.#cubes ??= this.#roots(80, 3)
    const { high, low } = this.#squares
    const first = size === 48 ? 8 : 0
    const h = new this.#p.Uint32Array(16)
    for (let index = 0; index < 8; index++) {
      h[2 * index] = high[first + index] as number
      h[2 * index + 1] = low[first + index] as number
    }
    const message = this.#padded(bytes, 128)
    const w = new this.#p.Uint32Array(160)
    const v = new this.#p.Uint32Array(16)
    for (let from = 0; from < message.length; from += 128) {
      for (let index = 0; index < 32; index++) {
        const at = from + index * 4
        w[index] =
          ((message[at] as number) << 24) |
          ((message[at + 1] as number) << 16) |
          ((message[at + 2] as number) << 8) |
          (message[at + 3] as number)
      }
      this.#compressWide(h, v, w)
    }
    const digest = new this.#p.Uint8Array(size)
    for (let index = 0; index < size; index++) {
      digest[index] = (h[index >> 2] as number) >>> (24 - (index & 3) * 8)
    }
    return digest
  }

  #compressWide(h: Uint32Array, v: Uint32Array, w: Uint32Array): void {
    const { high: kHigh, low: kLow } = this.#cubes as Halves
    for (let t = 16; t < 80; t++) {
      const xh = w[2 * t - 30] as number
      const xl = w[2 * t - 29] as number
      const yh = w[2 * t - 4] as number
      const yl = w[2 * t - 3] as number
      const s0h = right(xh, xl, 1) ^ right(xh, xl, 8) ^ (xh >>> 7)
      const s0l = right(xl, xh, 1) ^ right(xl, xh, 8) ^ ((xl >>> 7) | (xh << 25))
      const s1h = right(yh, yl, 19) ^ right(yl, yh, 29) ^ (yh >>> 6)
      const s1l = right(yl, yh, 19) ^ right(yh, yl, 29) ^ ((yl >>> 6) | (yh << 26))
      const sum = (s0l >>> 0) + (s1l >>> 0) + (w[2 * t - 13] as number) + (w[2 * t - 31] as number)
      w[2 * t + 1] = sum
      w[2 * t] = s0h + s1h + (w[2 * t - 14] as number) + (w[2 * t - 32] as number) + carryOf(sum)
    }
    for (let index = 0; index < 16; index++) v[index] = h[index] as number
    for (let t = 0; t < 80; t++) {
      const ah = v[0] as number
      const al = v[1] as number
      const eh = v[8] as number
      const el = v[9] as number
      const s1h = right(eh, el, 14) ^ right(eh, el, 18) ^ right(el, eh, 9)
      const s1l = right(el, eh, 14) ^ right(el, eh, 18) ^ right(eh, el, 9)
      const chosenH = (eh & (v[10] as number)) ^ (~eh & (v[12] as number))
      const chosenL = (el & (v[11] as number)) ^ (~el & (v[13] as number))
      const first =
        (v[15] as number) +
        (s1l >>> 0) +
        (chosenL >>> 0) +
        (kLow[t] as number) +
        (w[2 * t + 1] as number)
      const firstH =
        ((v[14] as number) +
          s1h +
          chosenH +
          (kHigh[t] as number) +
          (w[2 * t] as number) +
          carryOf(first)) |
        0
      const s0h = right(ah, al, 28) ^ right(al, ah, 2) ^ right(al, ah, 7)
      const s0l = right(al, ah, 28) ^ right(ah, al, 2) ^ right(ah, al, 7)
      const bh = v[2] as number
      const bl = v[3] as number
      const ch = v[4] as number
      const cl = v[5] as number
      const second = (s0l >>> 0) + (((al & bl) ^ (al & cl) ^ (bl & cl)) >>> 0)
      const secondH = s0h + ((ah & bh) ^ (ah & ch) ^ (bh & ch)) + carryOf(second)
      for (let index = 15; index > 1; index--) v[index] = v[index - 2] as number
      const e = (v[9] as number) + (first >>> 0)
      v[8] = (v[8] as number) + firstH + carryOf(e)
      v[9] = e
      const a = (first >>> 0) + (second >>> 0)
      v[0] = firstH + secondH + carryOf(a)
      v[1] = a
    }
    for (let index = 0; index < 16; index += 2) {
      const sum = (h[index + 1] as number) + (v[index + 1] as number)
      h[index] = (h[index] as number) + (v[index] as number) + carryOf(sum)
      h[index + 1] = sum
    }

    /** The first half of the pair, turned right by less than 32 bits. */
    function right(word: number, other: number, bits: number): number {
      return (word >>> bits) | (other << (32 - bits))
    }

    /** What a sum of low halves carries over; it stays far below 2 ** 53. */
    function carryOf(sum: number): number {
      return (sum - (sum >>> 0)) / 4294967296
    }
  }

  #padded(bytes: Uint8Array, block: number): Uint8Array {
    const { length } = bytes
    const lengthBytes = block / 8
    const blocks = (length + 1 + lengthBytes - ((length + 1 + lengthBytes) % block)) / block
    const isFull = (length + 1 + lengthBytes) % block === 0
    const size = (isFull ? blocks : blocks + 1) * block
    const message = new this.#p.Uint8Array(size)
    for (let index = 0; index < length; index++) message[index] = bytes[index] as number
    message[length] = 128
    let bits = length * 8
    for (let at = size - 1; bits > 0; at--) {
      message[at] = bits % 256
      bits = (bits - (bits % 256)) / 256
    }
    return message
  }

  /** Of the first `count` primes, the first 64 bits of what stands behind the point of their roots. */
  #roots(count: number, degree: 2 | 3): Halves {
    const high = new this.#p.Uint32Array(count)
    const low = new this.#p.Uint32Array(count)
    const { BigInt: big, Number: number } = this.#p
    let found = 0
    for (let candidate = 2; found < count; candidate++) {
      if (!isPrime(candidate)) continue
      const root = rootOf(candidate)
      high[found] = number((root >> 32n) & 0xffffffffn)
      low[found] = number(root & 0xffffffffn)
      found++
    }
    return { high, low }

    /** Times 2 ** 64, from the 48 bits that floating point has right, by Newton's method. */
    function rootOf(prime: number): bigint {
      const power = big(prime) << big(64 * degree)
      const n = big(degree)
      const estimate = prime ** (1 / degree) * 2 ** 48
      let root = big(estimate - (estimate % 1)) << 16n
      for (let step = 0; step < 2; step++) root = ((n - 1n) * root + power / root ** (n - 1n)) / n
      while (root ** n > power) root--
      while ((root + 1n) ** n <= power) root++
      return root
    }

    function isPrime(candidate: number): boolean {
      for (let divisor = 2; divisor * divisor <= candidate; divisor++) {
        if (candidate % divisor === 0) return false
      }
      return true
    }
  }
}
