import { latin1 } from '../pdf/bytes.ts'
import { nameSyntax } from '../pdf/syntax.ts'
import type { Increment, IncrementBase, IncrementEnd } from './increment.ts'
import type { SignatureIncrement } from './signing-plan.ts'

/** Ten digits each, so that their length is known before they are: offsets of a cross-reference table have no more. */
const DIGITS = 10

/**
 * Writes the signature dictionary as the last object, and the end of the increment. Its string of contents stands
 * outside of what is signed, with its delimiters (ISO 32000-2, 12.8.1): the gap.
 */
export function writeSignature(
  increment: Increment,
  plan: IncrementBase,
  object: number,
  wanted: {
    readonly contentsBytes: number
    readonly entries: Readonly<Record<string, string>>
    readonly type?: '/Sig' | '/DocTimeStamp'
  },
): Omit<SignatureIncrement, 'nextPlan'> & { readonly end: IncrementEnd } {
  const { contentsBytes, entries, type = '/Sig' } = wanted
  const gapLength = 2 * contentsBytes + 2
  increment.begin(object, 0)
  const pairs = Object.entries(entries).map(([key, value]) => `${nameSyntax(key)} ${value}\n`)
  increment.write(`<</Type ${type}/Filter /Adobe.PPKLite\n${pairs.join('')}/ByteRange [`)
  const rangeAt = increment.offset - plan.size
  increment.write(`${' '.repeat(4 * (DIGITS + 1))}]\n/Contents `)
  const gapAt = increment.offset
  const gap = latin1(`<${'0'.repeat(gapLength - 2)}>`)
  increment.writeBytes(gap)
  increment.write('>>\nendobj\n')
  const { bytes, end } = increment.finish()
  const afterAt = gapAt + gapLength
  const byteRange = [0, gapAt, afterAt, end.size - afterAt] as const
  const range = byteRange.map((part) => String(part).padEnd(DIGITS)).join(' ')
  bytes.set(latin1(range), rangeAt)
  return {
    before: bytes.slice(0, gapAt - plan.size),
    gap,
    after: bytes.slice(afterAt - plan.size),
    byteRange,
    end,
  }
}
