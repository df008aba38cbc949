import type { KeyObject } from 'node:crypto'
import { isInstant } from './instant.ts'
import { type KeyKind, keyIdOf, publicKeyFrom } from './key-id.ts'
import { type KeyChoice, openStatement, signStatement } from './statement.ts'

/** A key and what an older one said of it: who trusts one may follow to the next, as from one TUF root to another. */
export interface SuccessiveKey {
  /** SubjectPublicKeyInfo, DER, base64. */
  readonly publicKey: string
  /** Null: the first, or one that no other vouches for. */
  readonly endorsement: string | null
}

interface KeyPredicate {
  readonly publicKey: string
  readonly at: string
}

/** A chain is followed so far: a key a month for four years. */
const MAX_SUCCESSIONS = 50

/** @param privateKey of the older key @returns its word for its successor */
export function endorseKey(publicKey: string, at: number, privateKey: KeyObject): string {
  const predicate: KeyPredicate = { publicKey, at: new Date(at).toISOString() }
  return signStatement('key', { subject: [], predicate }, privateKey)
}

/** Whether one of the chosen keys vouches for another one of its kind. */
export function isEndorsed({ publicKey, endorsement }: SuccessiveKey, keys: KeyChoice): boolean {
  if (endorsement === null) return false
  const opened = openStatement<KeyPredicate>(endorsement, 'key', keys)
  if (!opened.ok) return false
  const { predicate } = opened.statement
  return predicate.publicKey === publicKey && isInstant(predicate.at)
}

/**
 * All keys that follow from those an operator pinned.
 * @param pinned fingerprints
 * @param given in any order; each is believed only where the way to it is
 */
export function trustedKeys(
  pinned: ReadonlySet<string>,
  given: readonly SuccessiveKey[],
  kind: KeyKind,
): ReadonlyMap<string, KeyObject> {
  const trusted = new Map<string, KeyObject>()
  const find = (keyid: string) => trusted.get(keyid)
  let left = given.slice(0, MAX_SUCCESSIONS)
  for (let before = -1; before !== trusted.size; ) {
    before = trusted.size
    left = left.filter((one) => {
      const key = publicKeyFrom(one.publicKey, kind)
      if (key === undefined) return false
      const keyid = keyIdOf(key)
      if (!pinned.has(keyid) && !isEndorsed(one, { kind, find })) return true
      trusted.set(keyid, key)
      return false
    })
  }
  return trusted
}
