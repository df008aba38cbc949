/**
 * The wire between host and lane, one direction of a socket pair:
 *
 *     [u32 bytes that follow][u32 id][u32 metaLen][meta: u8 kind, u32 number, f64 at, text][payload]
 *
 * Little-endian, text and payload in UTF-8; kinds from 128 on have bytes for a payload. `id` is a call or an
 * isolate, `number` what the kind says (see messages.ts). JSON travels as text and is parsed by whoever needs
 * it, not by the wire.
 */
export interface Frame {
  readonly kind: number
  readonly id: number
  readonly number: number
  /** The host's clock, in milliseconds since the epoch: the only one a guest sees. 0 on the way back. */
  readonly at: number
  readonly text: string
  readonly payload: string
  /** Of a kind that carries bytes; valid only while the frame is handled. */
  readonly bytes: Buffer | undefined
  readonly payloadBytes: number
}

const NONE = Buffer.alloc(0)
const LENGTH_BYTES = 4
const HEADER_BYTES = 12
const META_BYTES = 13
export const FIRST_KIND_OF_BYTES = 128
/** Room for a few hundred small frames; a bigger batch grows it, and the growth is not kept. */
const INITIAL_BYTES = 64 * 1024
/** A UTF-16 code unit is at most three bytes of UTF-8. */
const BYTES_PER_UNIT = 3

/** Collects frames until they are written in one go: at 64 calls in flight that is one system call, not 64. */
export class FrameWriter {
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES)
  #length = 0

  get length(): number {
    return this.#length
  }

  add(kind: number, id: number, number: number, at: number, text: string, payload: string): void {
    const room = HEADER_BYTES + META_BYTES + (text.length + payload.length) * BYTES_PER_UNIT
    if (this.#length + room > this.#buffer.length) this.#grow(room)
    const buffer = this.#buffer
    const start = this.#length
    let end = start + HEADER_BYTES
    buffer[end] = kind
    buffer.writeUInt32LE(number, end + 1)
    buffer.writeDoubleLE(at, end + 5)
    end += META_BYTES
    if (text !== '') end += buffer.write(text, end, 'utf8')
    buffer.writeUInt32LE(end - start - HEADER_BYTES, start + 8)
    if (payload !== '') end += buffer.write(payload, end, 'utf8')
    buffer.writeUInt32LE(end - start - 4, start)
    buffer.writeUInt32LE(id, start + 4)
    this.#length = end
  }

  /** The head of a frame of a kind that carries bytes: `length` of them must follow. */
  announce(kind: number, id: number, at: number, text: string, length: number): void {
    const start = this.#length
    this.add(kind, id, 0, at, text, '')
    this.#buffer.writeUInt32LE(this.#length - start - LENGTH_BYTES + length, start)
  }

  /** What was collected, valid until the next `add`. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  clear(): void {
    this.#length = 0
    if (this.#buffer.length > INITIAL_BYTES * 16) {
      this.#buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES)
    }
  }

  #grow(room: number): void {
    const bigger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length + room))
    this.#buffer.copy(bigger, 0, 0, this.#length)
    this.#buffer = bigger
  }
}

/** Cuts a byte stream back into frames. A peer that breaks the format is told apart from one that is slow. */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void
  readonly #maxBytes: number
  /** The frame that came in part: as long as it says it is, or as its length once that is known. */
  #partial = NONE
  #have = 0

  /** @param maxBytes a longer frame is refused: the peer may have been taken over. */
  constructor(onFrame: (frame: Frame) => void, maxBytes: number) {
    this.#onFrame = onFrame
    this.#maxBytes = maxBytes
  }

  /**
   * @param chunk is copied as far as it is kept: the caller may read the next bytes into the same memory.
   * @throws RangeError when the bytes are no frames; nothing after that can be trusted.
   */
  push(chunk: Buffer): void {
    let start = this.#have === 0 ? 0 : this.#complete(chunk)
    while (this.#have === 0 && chunk.length - start >= LENGTH_BYTES) {
      const size = this.#sizeAt(chunk, start)
      if (chunk.length - start < size) {
        this.#partial = Buffer.allocUnsafe(size)
        break
      }
      this.#onFrame(decode(chunk, start, start + size))
      start += size
    }
    if (start === chunk.length) return
    if (chunk.length - start < LENGTH_BYTES) this.#partial = Buffer.allocUnsafe(LENGTH_BYTES)
    this.#have = chunk.copy(this.#partial, 0, start)
  }

  /** @returns how much of the chunk belonged to the frame that had come in part. */
  #complete(chunk: Buffer): number {
    let used = this.#fill(chunk, 0)
    if (this.#have === LENGTH_BYTES && this.#partial.length === LENGTH_BYTES) {
      const whole = Buffer.allocUnsafe(this.#sizeAt(this.#partial, 0))
      this.#partial.copy(whole)
      this.#partial = whole
      used += this.#fill(chunk, used)
    }
    if (this.#have === this.#partial.length && this.#have > LENGTH_BYTES) {
      const whole = this.#partial
      this.#partial = NONE
      this.#have = 0
      this.#onFrame(decode(whole, 0, whole.length))
    }
    return used
  }

  #fill(chunk: Buffer, from: number): number {
    const copied = chunk.copy(this.#partial, this.#have, from)
    this.#have += copied
    return copied
  }

  #sizeAt(bytes: Buffer, start: number): number {
    const size = LENGTH_BYTES + bytes.readUInt32LE(start)
    if (size < HEADER_BYTES + META_BYTES || size > this.#maxBytes) {
      throw new RangeError(`A frame of ${size} bytes breaks the wire format`)
    }
    return size
  }
}

function decode(bytes: Buffer, start: number, end: number): Frame {
  const meta = start + HEADER_BYTES
  const payload = meta + bytes.readUInt32LE(start + 8)
  if (payload < meta + META_BYTES || payload > end) {
    throw new RangeError('A frame whose meta is longer than itself breaks the wire format')
  }
  const kind = bytes[meta] as number
  const hasBytes = kind >= FIRST_KIND_OF_BYTES
  return {
    kind,
    id: bytes.readUInt32LE(start + 4),
    number: bytes.readUInt32LE(meta + 1),
    at: bytes.readDoubleLE(meta + 5),
    text: payload === meta + META_BYTES ? '' : bytes.toString('utf8', meta + META_BYTES, payload),
    payload: payload === end || hasBytes ? '' : bytes.toString('utf8', payload, end),
    bytes: hasBytes ? bytes.subarray(payload, end) : undefined,
    payloadBytes: end - payload,
  }
}
