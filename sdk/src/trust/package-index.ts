import type { KeyObject } from 'node:crypto'
import { isInstant } from './instant.ts'
import { fieldsOf } from './json-fields.ts'
import { type KeyChoice, openStatement, signStatement } from './statement.ts'
import { refused, type Verdict } from './verdict.ts'

export const indexedStates = [
  'published',
  'deprecated',
  'yanked',
  'unpublished',
  'blocked',
] as const
export type IndexedState = (typeof indexedStates)[number]

export interface IndexedVersion {
  /** Subresource integrity of the tarball, `sha512-…`. */
  readonly integrity: string
  readonly state: IndexedState
  /** Why it was deprecated, yanked or blocked; null: nothing was said. */
  readonly reason: string | null
  /** Milliseconds since the epoch. */
  readonly publishedAt: number
  /**
   * Since when the key that its author signed it by counts for nothing, as its marketplace judges it; absent: it is good
   * for this version, or nothing was signed. Milliseconds since the epoch.
   */
  readonly keyRevokedAt?: number
}

/**
 * Everything a marketplace ever showed of one package, as it stands at one moment: other marketplaces mirror by it.
 * Unlike a packument it is signed, and names what was taken back: a version that is missing from it was never there,
 * or somebody leaves it out (the snapshot of The Update Framework §4 is against the same).
 */
export interface PackageIndex {
  readonly marketplace: string
  readonly name: string
  /** When it was signed; milliseconds since the epoch. */
  readonly at: number
  readonly distTags: Readonly<Record<string, string>>
  readonly versions: ReadonlyMap<string, IndexedVersion>
}

interface IndexPredicate {
  readonly marketplace: string
  readonly name: string
  readonly at: string
  readonly distTags: Readonly<Record<string, string>>
  readonly versions: Readonly<Record<string, unknown>>
}

export function signIndex(index: PackageIndex, privateKey: KeyObject): string {
  const versions = [...index.versions].map(([version, one]) => {
    const { publishedAt, keyRevokedAt, ...rest } = one
    const revoked =
      keyRevokedAt === undefined ? {} : { keyRevokedAt: new Date(keyRevokedAt).toISOString() }
    return [version, { ...rest, publishedAt: new Date(publishedAt).toISOString(), ...revoked }]
  })
  const predicate: IndexPredicate = {
    marketplace: index.marketplace,
    name: index.name,
    at: new Date(index.at).toISOString(),
    distTags: index.distTags,
    versions: Object.fromEntries(versions),
  }
  return signStatement('index', { subject: [], predicate }, privateKey)
}

/** @param name of the package that it must be of; undefined: of any */
export function verifyIndex(
  text: string,
  name: string | undefined,
  keys: KeyChoice,
): Verdict<{ readonly index: PackageIndex; readonly keyid: string }> {
  const opened = openStatement<Partial<IndexPredicate>>(text, 'index', keys)
  if (!opened.ok) return opened
  const { predicate, keyid } = opened.statement
  const { marketplace, at, distTags, versions } = predicate
  if (name !== undefined && predicate.name !== name) {
    return refused('is of another package', '是其他软件包的索引')
  }
  const read = versionsOf(versions)
  const isWhole =
    typeof marketplace === 'string' &&
    typeof predicate.name === 'string' &&
    isInstant(at) &&
    isTexts(distTags) &&
    read !== undefined
  if (!isWhole) return refused('is no index of a package', '不是软件包索引')
  const of = { marketplace, name: predicate.name, at: Date.parse(at) }
  const index = { ...of, distTags, versions: read }
  return { ok: true, index, keyid }
}

function versionsOf(given: unknown): ReadonlyMap<string, IndexedVersion> | undefined {
  if (typeof given !== 'object' || given === null) return undefined
  const versions = new Map<string, IndexedVersion>()
  for (const [version, value] of Object.entries(given)) {
    const { integrity, state, reason, publishedAt, keyRevokedAt } = fieldsOf(value)
    const isWhole =
      typeof integrity === 'string' &&
      indexedStates.includes(state as IndexedState) &&
      (reason === null || typeof reason === 'string') &&
      isInstant(publishedAt) &&
      (keyRevokedAt === undefined || isInstant(keyRevokedAt))
    if (!isWhole) return undefined
    versions.set(version, {
      ...{ integrity, state: state as IndexedState, reason, publishedAt: Date.parse(publishedAt) },
      ...(keyRevokedAt === undefined ? {} : { keyRevokedAt: Date.parse(keyRevokedAt) }),
    })
  }
  return versions
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every((one) => typeof one === 'string')
}
