import { type ByteSource, pieceOf } from './byte-source.ts'
import { CREDIT_BYTES, creditFor, LEAST_COST, PIECE_BYTES } from './trusted-wire.ts'

interface Ports {
  readonly begin: (fileName: string) => void
  /** Copies them: the plugin may use its buffer again. */
  readonly send: (bytes: Uint8Array) => void
  /** Waits for the client, and stops doing so. */
  readonly waits: () => void
  readonly goesOn: () => void
}

/** `stray`: it gave what is no bytes, and what that was. */
export type PumpEnd =
  | { readonly kind: 'done' | 'left' }
  | { readonly kind: 'stray'; readonly what: string }

/** Sends what a source gives as fast as the host has room for it, and no faster. */
export class BytePump {
  readonly #source: ByteSource
  readonly #ports: Ports
  #credit = CREDIT_BYTES
  #hasBegun = false
  #isLeft = false
  #wake: (() => void) | undefined

  constructor(source: ByteSource, ports: Ports) {
    this.#source = source
    this.#ports = ports
  }

  /** @throws what the source throws */
  async run(): Promise<PumpEnd> {
    try {
      return await this.#pump()
    } catch (error) {
      // Nobody waits for what a source says that is being ended.
      if (this.#isLeft) return { kind: 'left' }
      await this.#source.stop().catch(() => undefined)
      throw error
    } finally {
      // A call ends when its source has let go: until then the host counts it as one that goes on.
      if (this.#isLeft) await this.#source.stop().catch(() => undefined)
    }
  }

  add(bytes: number): void {
    this.#credit += bytes
    this.#wake?.()
  }

  /** Nobody takes the bytes any more. */
  cancel(): void {
    this.#isLeft = true
    this.#wake?.()
  }

  async #pump(): Promise<PumpEnd> {
    for (;;) {
      const next = await this.#next()
      if (next === undefined || this.#isLeft) return { kind: 'left' }
      this.#begin()
      if (next.done === true) return { kind: 'done' }
      const bytes = pieceOf(next.value)
      if (bytes === undefined) {
        await this.#source.stop().catch(() => undefined)
        return { kind: 'stray', what: typeof next.value }
      }
      for (let at = 0; at < bytes.length && !this.#isLeft; ) at += await this.#sendFrom(bytes, at)
    }
  }

  /** @returns undefined: the client left, and the source may still be at it */
  #next() {
    return new Promise<Awaited<ReturnType<ByteSource['next']>> | undefined>((resolve, reject) => {
      // Not a race against one promise for all: each piece would leave something behind at it.
      this.#wake = () => {
        if (this.#isLeft) resolve(undefined)
      }
      this.#source.next().then(resolve, reject)
    })
  }

  #begin(): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    this.#ports.begin(this.#source.fileName)
  }

  /** @returns how many were sent: as many as there is credit for, at least one unless the client left */
  async #sendFrom(bytes: Uint8Array, at: number): Promise<number> {
    while (this.#credit < LEAST_COST && !this.#isLeft) {
      this.#ports.waits()
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#ports.goesOn()
    }
    if (this.#isLeft) return 0
    const piece = bytes.subarray(at, at + Math.min(PIECE_BYTES, this.#credit))
    this.#credit -= creditFor(piece.length)
    this.#ports.send(piece)
    return piece.length
  }
}
