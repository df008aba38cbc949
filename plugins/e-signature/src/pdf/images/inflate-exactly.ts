import { Inflate } from 'pako'

/**
 * The `length` bytes that a zlib stream holds. It stops at the first byte more: a small file cannot fill the memory.
 * Null: it holds fewer or more, or is broken.
 */
export function inflateExactly(data: Uint8Array, length: number): Uint8Array | null {
  const whole = new Uint8Array(length)
  let at = 0
  const stream = new Inflate()
  stream.onData = (piece) => {
    if (at + piece.length > length) throw new RangeError('more than it should hold')
    whole.set(piece, at)
    at += piece.length
  }
  try {
    stream.push(data, true)
  } catch {
    return null
  }
  return stream.err === 0 && at === length ? whole : null
}
