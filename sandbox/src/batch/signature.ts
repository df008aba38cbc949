import { type UdfSignature, type UdfType, udfTypes } from '@signalbox/sdk'

/** Far more than a function can sensibly take; it bounds what is compiled for one. */
const MAX_ARGUMENTS = 64

/**
 * Reads what a function says of itself. A guest may have written anything there.
 * @returns null for a function without a signature, or a text that says what is wrong.
 */
export function readSignature(value: unknown): UdfSignature | null | string {
  if (value === null) return null
  if (typeof value !== 'object') return 'it is no object'
  const { shape, args, returns, nulls } = value as Record<string, unknown>
  if (shape !== 'scalar' && shape !== 'columnar') return 'its shape is neither scalar nor columnar'
  if (nulls !== 'skip' && nulls !== 'pass') return 'its nulls are neither "skip" nor "pass"'
  if (!Array.isArray(args) || !args.every(isUdfType)) {
    return `its args are no list of ${udfTypes.join(', ')}`
  }
  if (args.length > MAX_ARGUMENTS) return `it has more than ${MAX_ARGUMENTS} args`
  if (!isUdfType(returns)) return `it returns none of ${udfTypes.join(', ')}`
  return { shape, args, returns, nulls }
}

function isUdfType(value: unknown): value is UdfType {
  return (udfTypes as readonly unknown[]).includes(value)
}
