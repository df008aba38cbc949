/**
 * One piece of a blob, and the most that is read in one host call: with its base64 (a third more) and what stands
 * around it, it fits the 256 KiB of a message. The guest's writer sends pieces of this size (guestLimits.partBytes).
 */
export const CHUNK_BYTES = 180 * 1024

/** A part of a blob or an asset, as a guest asks for it: whole numbers, and no more than one answer holds. */
export const partSchema = {
  offset: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  length: { type: 'integer', minimum: 0, maximum: CHUNK_BYTES },
} as const

export interface AskedPart {
  readonly offset?: number
  readonly length?: number
}

export type BytePart =
  | { readonly kind: 'part'; readonly offset: number; readonly length: number }
  /** It begins beyond the end. */
  | { readonly kind: 'outside'; readonly offset: number }
  | { readonly kind: 'too-large'; readonly reached: number }

/**
 * Which bytes of something of this size are meant. At its very end stand none, so that whoever reads on learns
 * that it is over. Pure.
 * @param limit of one answer; what names a length is given less where less is left
 */
export function partOf(size: number, { offset = 0, length }: AskedPart, limit: number): BytePart {
  if (offset > size) return { kind: 'outside', offset }
  const left = size - offset
  const wanted = Math.min(left, length ?? left)
  if (wanted > limit) return { kind: 'too-large', reached: wanted }
  return { kind: 'part', offset, length: wanted }
}
