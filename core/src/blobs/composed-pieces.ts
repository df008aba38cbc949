import { CHUNK_BYTES } from '@signalbox/sdk/host-calls/byte-part'
import type { ComposedPart } from '@signalbox/sdk/host-calls/compose-rules'

/** A slice of a stored chunk, or given bytes, and where it goes. */
export type ComposedPiece = {
  /** Of the chunk that it becomes a part of. */
  readonly ordinal: number
  /** From the beginning of that chunk. */
  readonly at: number
} & (
  | {
      readonly sha256: string
      readonly chunk: number
      readonly from: number
      readonly length: number
    }
  | { readonly bytes: Buffer }
)

/**
 * Cuts parts at the ends of chunks, of those they come from and of those they go to: a chunk's pieces lie one after the
 * other and fill it, all chunks but the last. Pure.
 */
export function composedPieces(parts: readonly ComposedPart[]): ComposedPiece[] {
  const pieces: ComposedPiece[] = []
  let written = 0
  for (const part of parts) {
    const total = 'bytes' in part ? part.bytes.length : part.length
    for (let done = 0; done < total; ) {
      const at = written % CHUNK_BYTES
      const ordinal = Math.floor(written / CHUNK_BYTES)
      const room = Math.min(CHUNK_BYTES - at, total - done)
      if ('bytes' in part) {
        pieces.push({ ordinal, at, bytes: part.bytes.subarray(done, done + room) })
        done += room
        written += room
        continue
      }
      const source = part.offset + done
      const from = source % CHUNK_BYTES
      const length = Math.min(room, CHUNK_BYTES - from)
      const chunk = Math.floor(source / CHUNK_BYTES)
      pieces.push({ ordinal, at, sha256: part.sha256, chunk, from, length })
      done += length
      written += length
    }
  }
  return pieces
}
