import { Refusal } from '@signalbox/sdk'

/** Where a part of a lot stands; every item of it is in exactly one. */
export type Bucket = 'pending' | 'hold' | 'accepted' | 'rejected'

export type Quantities = Readonly<Record<Bucket, number>>

export const buckets = ['pending', 'hold', 'accepted', 'rejected'] as const

/** Quantities are kept to six decimals, and counted as whole millionths: 0.1 and 0.2 leave nothing of 0.3. */
const MILLION = 1_000_000
/** Beyond it, millionths would no longer be exact in a double. */
const MAX_QUANTITY = 1_000_000_000

/** @throws QUANTITY_INVALID */
export function requireQuantity(quantity: number): number {
  const millionths = Math.round(quantity * MILLION)
  const isExact = Math.abs(quantity * MILLION - millionths) < 1e-3
  if (quantity > 0 && quantity <= MAX_QUANTITY && isExact) return millionths / MILLION
  throw new Refusal(
    'QUANTITY_INVALID',
    `${quantity} is no quantity: send more than 0, at most ${MAX_QUANTITY}, with six decimals at most.`,
  )
}

export function sumOf(quantities: readonly number[]): number {
  return quantities.reduce((sum, quantity) => sum + Math.round(quantity * MILLION), 0) / MILLION
}

export function minus(from: number, quantity: number): number {
  return sumOf([from, -quantity])
}

/** What all parts of a lot have together. */
export function together(parts: readonly Quantities[]): Quantities {
  const of = (bucket: Bucket) => sumOf(parts.map((part) => part[bucket]))
  return {
    pending: of('pending'),
    hold: of('hold'),
    accepted: of('accepted'),
    rejected: of('rejected'),
  }
}

export function totalOf(quantities: Quantities): number {
  return sumOf(buckets.map((bucket) => quantities[bucket]))
}
