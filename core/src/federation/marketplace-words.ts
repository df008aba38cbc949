import type { KeyObject } from 'node:crypto'
import type { Localized } from '@signalbox/sdk/errors'
import { type AdvisoriesSnapshot, verifyAdvisories } from '@signalbox/sdk/trust/advisories-snapshot'
import { keyIdOf, publicKeyFrom, publicKeyText } from '@signalbox/sdk/trust/key-id'
import { trustedKeys } from '@signalbox/sdk/trust/key-succession'
import type { BundledKey } from '@signalbox/sdk/trust/offline-bundle'
import { type PackageIndex, verifyIndex } from '@signalbox/sdk/trust/package-index'
import { coreErrors } from '../errors.ts'
import type { MarketplaceKey } from './federation-store.ts'

/** Keys by their fingerprint. */
export type Keys = ReadonlyMap<string, KeyObject>

/** Public halves of what is pinned, where they have come. */
export function pinnedKeys(keys: readonly MarketplaceKey[]): Keys {
  const pinned = new Map<string, KeyObject>()
  for (const { keyid, publicKey, isPinned } of keys) {
    const key = isPinned && publicKey !== null ? publicKeyFrom(publicKey, 'p256') : undefined
    if (key !== undefined && keyIdOf(key) === keyid) pinned.set(keyid, key)
  }
  return pinned
}

export function pinnedIds(keys: readonly MarketplaceKey[]): ReadonlySet<string> {
  return new Set(keys.filter(({ isPinned }) => isPinned).map(({ keyid }) => keyid))
}

/** What a marketplace offers, with what of it follows from keys that are believed. */
export function offeredKeys(
  believed: ReadonlySet<string>,
  offered: readonly BundledKey[],
): { readonly keys: readonly MarketplaceKey[]; readonly trusted: Keys } {
  const trusted = trustedKeys(believed, offered, 'p256')
  const keys = new Map<string, MarketplaceKey>()
  for (const { publicKey } of offered) {
    const key = publicKeyFrom(publicKey, 'p256')
    if (key === undefined) continue
    const keyid = keyIdOf(key)
    keys.set(keyid, { keyid, publicKey: publicKeyText(key), isPinned: trusted.has(keyid) })
  }
  return { keys: [...keys.values()], trusted }
}

/** @throws CORE_MARKETPLACE_ANSWER_REFUSED */
export function readAdvisories(marketplace: string, text: string, keys: Keys): AdvisoriesSnapshot {
  const verdict = verifyAdvisories(text, { kind: 'p256', find: (keyid) => keys.get(keyid) })
  if (verdict.ok) return verdict.snapshot
  throw refused(marketplace, 'advisories', verdict.reason)
}

/** @throws CORE_MARKETPLACE_ANSWER_REFUSED */
export function readIndex(
  marketplace: string,
  name: string,
  text: string,
  keys: Keys,
): PackageIndex {
  const verdict = verifyIndex(text, name, { kind: 'p256', find: (keyid) => keys.get(keyid) })
  if (verdict.ok) return verdict.index
  throw refused(marketplace, name, verdict.reason)
}

function refused(marketplace: string, what: string, reason: Localized) {
  return coreErrors.create('MARKETPLACE_ANSWER_REFUSED', { marketplace, what, reason })
}
