import type { Keywords } from './schema-node.ts'

const numbers = (parts: readonly Keywords[], keyword: string): number[] =>
  parts.map((part) => part[keyword]).filter((value) => typeof value === 'number')

/** The largest of what the parts say by a word that is a least, such as `minLength`. */
export function least(parts: readonly Keywords[], keyword: string): number {
  return Math.max(Number.NEGATIVE_INFINITY, ...numbers(parts, keyword))
}

export function most(parts: readonly Keywords[], keyword: string): number {
  return Math.min(Number.POSITIVE_INFINITY, ...numbers(parts, keyword))
}

/** A bound of numbers; a whole number beyond 5 is at least 6. */
interface Bound {
  readonly value: number
  readonly isExclusive: boolean
}

export function lowerBound(parts: readonly Keywords[], isInteger: boolean): Bound {
  const at = least(parts, 'minimum')
  const beyond = least(parts, 'exclusiveMinimum')
  const bound =
    beyond >= at ? { value: beyond, isExclusive: true } : { value: at, isExclusive: false }
  if (!isInteger || !Number.isSafeInteger(Math.floor(bound.value))) return bound
  const value = bound.isExclusive ? Math.floor(bound.value) + 1 : Math.ceil(bound.value)
  return { value, isExclusive: false }
}

export function upperBound(parts: readonly Keywords[], isInteger: boolean): Bound {
  const { value, isExclusive } = lowerBound(parts.map(mirrored), isInteger)
  return { value: -value, isExclusive }
}

/** Whether whatever keeps to the one bound from below keeps to the other. */
export function keepsTo(bound: Bound, other: Bound): boolean {
  if (bound.value !== other.value) return bound.value > other.value
  return bound.isExclusive || !other.isExclusive || other.value === Number.NEGATIVE_INFINITY
}

export const mirror = ({ value, isExclusive }: Bound): Bound => ({ value: -value, isExclusive })

function mirrored(part: Keywords): Keywords {
  const negative = (value: unknown) => (typeof value === 'number' ? -value : undefined)
  return {
    minimum: negative(part['maximum']),
    exclusiveMinimum: negative(part['exclusiveMaximum']),
  }
}
