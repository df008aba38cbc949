import type { FaultCode } from './faults.ts'
import type { FoundSignature } from './find-signatures.ts'

/** The bytes from 0 to `gap`, and from `rest` to `end`. */
export interface SignedBytes {
  readonly gap: number
  readonly rest: number
  readonly end: number
}

/**
 * ISO 32000-2, 12.8.1: the whole file but for the contents with their brackets. What leaves out more leaves room for what nobody signed
 * (universal signature forgery and signature wrapping, Mladenov et al., CCS 2019).
 */
export function signedBytes(
  signature: FoundSignature,
  size: number,
): { readonly bytes: SignedBytes } | { readonly faults: readonly FaultCode[] } {
  const { byteRange, contents, dict } = signature
  const faults: FaultCode[] = []
  if (dict.twice.length > 0) faults.push('SIGNATURE_KEY_TWICE')
  if (contents === undefined) faults.push('CONTENTS_MISSING')
  else if (!contents.hex || contents.odd) faults.push('CONTENTS_NOT_HEX')
  if (byteRange === undefined) return { faults: [...faults, 'BYTE_RANGE_MISSING'] }
  const [start, gap, rest, length] = byteRange
  if (byteRange.length !== 4 || !byteRange.every((one) => Number.isSafeInteger(one) && one >= 0)) {
    return { faults: [...faults, 'BYTE_RANGE_MALFORMED'] }
  }
  const bytes = {
    gap: gap as number,
    rest: rest as number,
    end: (rest as number) + (length as number),
  }
  if (start !== 0) faults.push('BYTE_RANGE_MALFORMED')
  if (bytes.rest < bytes.gap) faults.push('BYTE_RANGE_OVERLAPS')
  if (bytes.end > size) faults.push('BYTE_RANGE_BEYOND_FILE')
  if (contents !== undefined && (contents.start !== bytes.gap || contents.end !== bytes.rest)) {
    faults.push('BYTE_RANGE_GAP')
  }
  return faults.length > 0 ? { faults } : { bytes }
}
