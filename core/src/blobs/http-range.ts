export type AskedRange =
  | { readonly kind: 'whole' }
  /** `end` is the first byte that is not meant. */
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' }

const whole: AskedRange = { kind: 'whole' }

/**
 * What a Range header asks of something of this size (RFC 9110 §14.2). Pure. One range is answered; several, other
 * units and what cannot be read are ignored, as the standard allows: a client gets more than it asked for, never
 * the same bytes many times.
 */
export function askedRange(header: string | undefined, size: number): AskedRange {
  const match = /^bytes=(\d*)-(\d*)$/i.exec(header ?? '')
  if (match === null) return whole
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return whole
  // Digits beyond what a number holds are rounded, and are beyond every size all the same.
  if (first === '') return range(Math.max(0, size - Number(last)), size)
  if (last !== '' && Number(last) < Number(first)) return whole
  return range(Number(first), last === '' ? size : Math.min(size, Number(last) + 1))
}

function range(start: number, end: number): AskedRange {
  return start < end ? { kind: 'part', start, end } : { kind: 'unsatisfiable' }
}

/**
 * Whether the client has this representation already (RFC 9110 §13.1.2): its tag is a hash, so a weak comparison
 * finds the same as a strong one.
 */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(etag)
}
