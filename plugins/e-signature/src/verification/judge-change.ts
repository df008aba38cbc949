import type { Change, ChangeCode } from './changes.ts'
import { type FieldLock, isLocked } from './field-locks.ts'

/** What a signature leaves to those who come after. */
export interface SignatureRules {
  /** DocMDP (ISO 32000-2, table 257): 1 nothing, 2 filling in and signing, 3 annotations too. */
  readonly level: 1 | 2 | 3
  /** A certification stands behind the level; without one 2 is taken, as for a contract. */
  readonly certified: boolean
  readonly locks: readonly FieldLock[]
}

/** The least level that allows it; what is not listed no level does. Proofs and time stamps are free (ISO 32000-2, 12.8.2.2.2). */
const leastLevel: Partial<Readonly<Record<ChangeCode, 1 | 2 | 3>>> = {
  PROOF_ADDED: 1,
  TIMESTAMPED: 1,
  EXTENSION_ADDED: 1,
  METADATA_CHANGED: 2,
  SIGNED: 2,
  FIELD_FILLED: 2,
  SIGNATURE_FIELD_ADDED: 2,
  ANNOTATION_ADDED: 3,
  ANNOTATION_CHANGED: 3,
  ANNOTATION_REMOVED: 3,
}

export function isAllowed(change: Change, rules: SignatureRules): boolean {
  const least = leastLevel[change.code]
  if (least === undefined || rules.level < least) return false
  const { field, code } = change
  if (
    field !== undefined &&
    code !== 'TIMESTAMPED' &&
    rules.locks.some((lock) => isLocked(lock, field))
  ) {
    return false
  }
  // A certified document shows all its fields from the start: a new one in sight could cover what was certified.
  return !(code === 'SIGNATURE_FIELD_ADDED' && change.visible === true && rules.certified)
}
