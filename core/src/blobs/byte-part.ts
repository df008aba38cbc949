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
