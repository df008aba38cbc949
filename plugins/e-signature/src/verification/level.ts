import type { FoundSignature } from './find-signatures.ts'

export type Level = 'B-B' | 'B-T' | 'B-LT' | 'B-LTA'

/** What the levels of ETSI EN 319 142-1, 6.3 ask for, each on top of the one before. */
export interface LevelFacts {
  readonly isIntact: boolean
  /** The dictionary, and what keeps the container from baseline B. */
  readonly dictionary: readonly string[]
  readonly baseline: readonly string[]
  /** A time stamp over the signature, or one over the document that covers it. */
  readonly hasTimestamp: boolean
  /** Certificates and answers about revocation for all of its chains stand in the file. */
  readonly hasProofs: boolean
  /** A time stamp over the document covers those proofs. */
  readonly isArchived: boolean
}

/** Undefined: it is no baseline signature. */
export function levelOf(facts: LevelFacts): Level | undefined {
  if (!facts.isIntact || facts.dictionary.length > 0 || facts.baseline.length > 0) return undefined
  if (!facts.hasTimestamp) return 'B-B'
  if (!facts.hasProofs) return 'B-T'
  return facts.isArchived ? 'B-LTA' : 'B-LT'
}

/** What a signature dictionary of the baseline has, and what it must not have (EN 319 142-1, table 1). */
export function dictionaryFaults({ dict, subFilter }: FoundSignature): string[] {
  const checks: readonly (readonly [boolean, string])[] = [
    [subFilter !== 'ETSI.CAdES.detached', 'other-subfilter'],
    [!dict.entries.has('M'), 'time-claim-missing'],
    [dict.entries.has('Cert'), 'certificate-in-dictionary'],
    [!dict.entries.has('Filter'), 'filter-missing'],
  ]
  return checks.filter(([isFault]) => isFault).map(([, fault]) => fault)
}
