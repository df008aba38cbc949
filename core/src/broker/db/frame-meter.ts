import type { Duplex } from 'node:stream'

/** Type and length: the head of every message of PostgreSQL's protocol 3 (manual, §54.7). */
const HEAD_BYTES = 5

/**
 * Watches what a server sends before pg collects it. pg keeps a whole message in memory until its end has
 * come, and one value may be a gigabyte: a plugin could end the host with `repeat('x', 600000000)`. The
 * meter sees the length in a message's head, and the sum of an answer, and says so while there is time.
 */
export class FrameMeter {
  readonly #head = Buffer.alloc(HEAD_BYTES)
  #headBytes = 0
  #bodyLeft = 0
  #allowed = Number.POSITIVE_INFINITY
  #tooLarge: () => void = () => undefined

  constructor(stream: Duplex) {
    stream.prependListener('data', (chunk: Buffer) => this.#count(chunk))
  }

  /** From now on at most `bytes` may come; `tooLarge` is called once when more does, or is announced. */
  allow(bytes: number, tooLarge: () => void): void {
    this.#allowed = bytes
    this.#tooLarge = tooLarge
  }

  allowAll(): void {
    this.allow(Number.POSITIVE_INFINITY, () => undefined)
  }

  #count(chunk: Buffer): void {
    this.#allowed -= chunk.length
    for (let at = 0; at < chunk.length; ) {
      if (this.#bodyLeft > 0) {
        const body = Math.min(this.#bodyLeft, chunk.length - at)
        this.#bodyLeft -= body
        at += body
        continue
      }
      this.#head[this.#headBytes++] = chunk[at++] ?? 0
      if (this.#headBytes < HEAD_BYTES) continue
      // The length counts itself, not the type.
      this.#bodyLeft = this.#head.readUInt32BE(1) - 4
      this.#headBytes = 0
    }
    if (this.#allowed < 0 || this.#bodyLeft > this.#allowed) {
      const tooLarge = this.#tooLarge
      this.allowAll()
      tooLarge()
    }
  }
}
