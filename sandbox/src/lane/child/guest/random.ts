import type { Primordials } from './primordials.ts'

/**
 * Random numbers of one call (or of one load), all from the seed that the host drew for it: the same seed
 * gives the same numbers again.
 *
 * ChaCha20 (RFC 8439; key = the seed twice, nonce = the domain) keeps apart what it is drawn for: the bytes of
 * `getRandomValues` are its key stream, and `Math.random`, xoshiro128** of Blackman and Vigna, is only seeded
 * by it. Whoever works out the state of the one learns nothing of the other.
 */
export class GuestRandom {
  readonly #p: Primordials
  readonly #seed: string
  #words: Uint32Array | undefined
  #stream: Uint32Array | undefined
  #streamed = 0

  /** @param seed 16 bytes in base64url. */
  constructor(p: Primordials, seed: string) {
    this.#p = p
    this.#seed = seed
  }

  /** At least 0 and below 1, in steps of 2 ** -53. */
  number(): number {
    this.#words ??= this.#block(1, 0)
    const words = this.#words
    return ((next(words) >>> 5) * 67108864 + (next(words) >>> 6)) / 9007199254740992

    function next(s: Uint32Array): number {
      const s1 = s[1] as number
      const scrambled = rotated(imul(s1, 5), 7)
      s[2] = (s[2] as number) ^ (s[0] as number)
      s[3] = (s[3] as number) ^ s1
      s[1] = s1 ^ (s[2] as number)
      s[0] = (s[0] as number) ^ (s[3] as number)
      s[2] = (s[2] as number) ^ (s1 << 9)
      s[3] = rotated(s[3] as number, 11)
      return imul(scrambled, 9) >>> 0
    }

    function rotated(word: number, bits: number): number {
      return (word << bits) | (word >>> (32 - bits))
    }

    /** Math.imul, which a guest may have replaced: 16 bits at a time. */
    function imul(word: number, factor: number): number {
      return ((word & 65535) * factor + ((((word >>> 16) * factor) & 65535) << 16)) | 0
    }
  }

  /** Fills with bytes that nobody can tell from the ones before, or from chance, without the seed. */
  fill(bytes: Uint8Array): void {
    for (let index = 0; index < bytes.length; index++) {
      const at = this.#streamed++ % 64
      if (at === 0) this.#stream = this.#block(2, (this.#streamed - 1) / 64)
      const word = (this.#stream as Uint32Array)[at >> 2] as number
      bytes[index] = word >>> ((at & 3) * 8)
    }
  }

  #block(domain: number, counter: number): Uint32Array {
    const key = this.#key()
    const start = new this.#p.Uint32Array(16)
    start[0] = 0x61707865
    start[1] = 0x3320646e
    start[2] = 0x79622d32
    start[3] = 0x6b206574
    for (let index = 0; index < 8; index++) start[4 + index] = key[index & 3] as number
    start[12] = counter
    start[13] = domain
    const x = new this.#p.Uint32Array(16)
    for (let index = 0; index < 16; index++) x[index] = start[index] as number
    for (let round = 0; round < 10; round++) {
      for (let column = 0; column < 4; column++) {
        quarter(x, column, 4 + column, 8 + column, 12 + column)
      }
      for (let column = 0; column < 4; column++) {
        quarter(x, column, 4 + ((column + 1) & 3), 8 + ((column + 2) & 3), 12 + ((column + 3) & 3))
      }
    }
    for (let index = 0; index < 16; index++)
      x[index] = (x[index] as number) + (start[index] as number)
    return x

    function quarter(words: Uint32Array, a: number, b: number, c: number, d: number): void {
      mix(words, a, b, d, 16)
      mix(words, c, d, b, 12)
      mix(words, a, b, d, 8)
      mix(words, c, d, b, 7)
    }

    function mix(words: Uint32Array, to: number, by: number, into: number, bits: number): void {
      const sum = ((words[to] as number) + (words[by] as number)) | 0
      const word = (words[into] as number) ^ sum
      words[to] = sum
      words[into] = (word << bits) | (word >>> (32 - bits))
    }
  }

  #key(): Uint32Array {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const words = new this.#p.Uint32Array(4)
    for (let index = 0, bits = 0, left = 0, byte = 0; index < this.#seed.length; index++) {
      bits = (bits << 6) | this.#p.find(alphabet, this.#seed[index] as string, 0)
      left += 6
      if (left < 8) continue
      left -= 8
      words[byte >> 2] =
        (words[byte >> 2] as number) | (((bits >>> left) & 255) << ((byte & 3) * 8))
      byte++
    }
    return words
  }
}
