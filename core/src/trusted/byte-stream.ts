import { Readable } from 'node:stream'
import { CREDIT_BYTES, creditFor, PIECE_BYTES } from './child/trusted-wire.ts'

interface Ports {
  /** The client took something: the process may send so many bytes more. */
  readonly onTaken: (credit: number) => void
  /** Nobody reads any more, for whatever reason. */
  readonly onLeft: (error: Error | null) => void
}

/**
 * An answer of bytes on its way to a client. What waits here is what the process was given credit for; it gets more
 * when the client has taken some.
 */
export class ByteStream extends Readable {
  /** Of the plugin so far. */
  bytes = 0
  readonly #ports: Ports
  #waiting: Buffer[] = []
  #credit = CREDIT_BYTES
  #isWanted = false
  #isWhole = false

  constructor(ports: Ports) {
    super({ highWaterMark: PIECE_BYTES })
    this.#ports = ports
    // Whoever takes it listens too; one that nobody took yet must not end the host.
    this.on('error', () => undefined)
  }

  /** The client could have had more, and the plugin had none. */
  get isStarved(): boolean {
    return this.#waiting.length === 0 && this.#credit >= CREDIT_BYTES / 2
  }

  /** @param piece is copied. @returns false: it is more than there was credit for */
  receive(piece: Buffer): boolean {
    const cost = creditFor(piece.length)
    if (cost > this.#credit) return false
    this.#credit -= cost
    this.bytes += piece.length
    this.#waiting.push(Buffer.from(piece))
    if (this.#isWanted) this.#give()
    return true
  }

  /** All of it is there. */
  finish(): void {
    this.#isWhole = true
    if (this.#isWanted) this.#give()
  }

  override _read(): void {
    this.#give()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#waiting = []
    this.#ports.onLeft(error)
    done(error)
  }

  #give(): void {
    const piece = this.#waiting.shift()
    this.#isWanted = piece === undefined
    if (piece === undefined) {
      if (this.#isWhole) this.push(null)
      return
    }
    const cost = creditFor(piece.length)
    this.#credit += cost
    this.#ports.onTaken(cost)
    this.push(piece)
  }
}
