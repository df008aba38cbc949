import { catalogOf } from '../reading/page-tree.ts'
import { follow, type PdfState } from '../reading/pdf-file.ts'
import { dictOf, isKind } from '../reading/pdf-values.ts'
import { ReadingFault } from '../reading/reading-fault.ts'
import { type SignedBytes, signedBytes } from './byte-range.ts'
import { type Container, readContainer } from './check-container.ts'
import { breaks, type FaultCode } from './faults.ts'
import { limitsOf } from './field-locks.ts'
import { type FoundSignature, findSignatures, signatureKey } from './find-signatures.ts'
import type { Known } from './known-state.ts'
import { knownAt, type Revisions, revisionOf } from './revision-states.ts'

/** A signature with the revision that it was made in. */
export interface Collected {
  readonly signature: FoundSignature
  readonly container: Container
  readonly range: SignedBytes | undefined
  /** The document that was signed. */
  readonly signed: Known | undefined
  readonly faults: readonly FaultCode[]
  /** The file as it is now does not show it any more, or shows it elsewhere. */
  readonly isGone: boolean
  readonly limits: ReturnType<typeof limitsOf>
}

/** More are a file that was made to cost. */
const mostSignatures = 100

/** Those of all revisions, in the order in which they were made: a later one may have taken a signature out. */
export function collectSignatures(revisions: Revisions): Collected[] {
  const now = new Map(findSignatures(revisions.last.state).map((one) => [signatureKey(one), one]))
  const all = new Map<string, { signature: FoundSignature; seen: Known }>()
  for (const end of revisions.ends) {
    const known = knownAt(revisions, end)
    if (known === undefined) continue
    for (const signature of findSignatures(known.state)) {
      if (!all.has(signatureKey(signature)))
        all.set(signatureKey(signature), { signature, seen: known })
    }
  }
  for (const [key, signature] of now) {
    if (!all.has(key)) all.set(key, { signature, seen: revisions.last })
  }
  if (all.size > mostSignatures) {
    throw new ReadingFault(
      'PDF_TOO_MANY_SIGNATURES',
      `The file has more than ${mostSignatures} signatures.`,
    )
  }
  const collected = [...all].map(([key, { signature, seen }]) =>
    collect(revisions, signature, seen, now.get(key)?.field !== signature.field),
  )
  return collected.toSorted((one, other) => (one.range?.end ?? 0) - (other.range?.end ?? 0))
}

function collect(
  revisions: Revisions,
  signature: FoundSignature,
  seen: Known,
  isGone: boolean,
): Collected {
  const checked = signedBytes(signature, revisions.file.bytes.length)
  const range = 'bytes' in checked ? checked.bytes : undefined
  const signed = range === undefined ? undefined : knownAt(revisions, revisionEnd(revisions, range))
  const faults: FaultCode[] =
    'bytes' in checked
      ? revisionFaults(revisions, signature, checked.bytes, signed)
      : [...checked.faults]
  const container = faults.some(breaks)
    ? ({ kind: 'unreadable', fault: faults[0] as FaultCode } as const)
    : readContainer(signature)
  const { state } = signed ?? seen
  const limits = limitsOf(state, signature.dict, signature.fieldDict)
  if (limits.certifies && !isCertification(state, signature)) faults.push('CERTIFICATION_MISPLACED')
  return { signature, container, range, signed, faults, isGone, limits }
}

/** The bytes that are signed are a whole revision, and show this signature in this field. */
function revisionFaults(
  revisions: Revisions,
  signature: FoundSignature,
  range: SignedBytes,
  signed: Known | undefined,
): FaultCode[] {
  const isEnd = revisionOf(revisions, range.end) !== undefined
  const faults: FaultCode[] = isEnd ? [] : ['REVISION_WITHOUT_END']
  if (signed === undefined) return [...faults, 'REVISION_UNREADABLE']
  if (!holds(signed, signature)) return [...faults, 'SIGNATURE_MOVED']
  if (signed.fields.twice.includes(signature.field)) faults.push('FIELD_NAME_TWICE')
  return faults
}

export function revisionEnd(revisions: Revisions, range: SignedBytes): number {
  return revisionOf(revisions, range.end) ?? range.end
}

/** The signed bytes by themselves show the same signature in the same field. */
function holds(signed: Known, signature: FoundSignature): boolean {
  return findSignatures(signed.state).some(
    (one) => one.field === signature.field && signatureKey(one) === signatureKey(signature),
  )
}

/** The catalog names the one signature that certifies (ISO 32000-2, 12.8.6). */
function isCertification(state: PdfState, { contents }: FoundSignature): boolean {
  const permissions = dictOf(follow(state, catalogOf(state).catalog.entries.get('Perms')))
  const named = dictOf(follow(state, permissions?.entries.get('DocMDP')))?.entries.get('Contents')
  return isKind(named, 'string') && named.start === contents?.start
}
