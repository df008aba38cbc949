import type { Localized } from '@signalbox/sdk/errors'
import { CLOCK_SKEW_MS } from '@signalbox/sdk/trust/key-statement'
import type { IndexedVersion, PackageIndex } from '@signalbox/sdk/trust/package-index'
import semver from 'semver'

/** What a marketplace was heard to say of a package before. Times are milliseconds since the epoch. */
export interface Known {
  readonly toldAt: number
  readonly versions: ReadonlyMap<string, IndexedVersion>
}

/** An index is signed as it is asked for: an older one was kept by somebody, who may keep what came after it from us. */
const MAX_AGE_MS = 3_600_000

/**
 * Why an index is not believed though its signature is good: it says less than was known before, something else, or what
 * it said long ago (rollback and freeze attacks, The Update Framework §1.5.2). Pure.
 * @param now null: it came in a file, which may be as old as it is
 */
export function indexFault(
  known: Known | undefined,
  told: PackageIndex,
  now: number | null,
): Localized | undefined {
  if (known !== undefined && told.at < known.toldAt) {
    return {
      en: `it was signed at ${iso(told.at)}, and one of ${iso(known.toldAt)} was taken before`,
      'zh-CN': `其签名时间为 ${iso(told.at)}，而此前已接受 ${iso(known.toldAt)} 的索引`,
    }
  }
  if (now !== null && Math.abs(now - told.at) > MAX_AGE_MS + CLOCK_SKEW_MS) {
    return {
      en: `it was signed at ${iso(told.at)}: it is not of now, or a clock is wrong`,
      'zh-CN': `其签名时间为 ${iso(told.at)}：并非当前内容，或时钟有误`,
    }
  }
  for (const [version, { integrity }] of known?.versions ?? []) {
    const found = told.versions.get(version)
    if (found === undefined) {
      return {
        en: `the version ${version}, known before, is missing`,
        'zh-CN': `缺少此前已知的版本 ${version}`,
      }
    }
    if (found.integrity !== integrity) {
      return {
        en: `the version ${version} has other bytes than before`,
        'zh-CN': `版本 ${version} 的内容与此前不同`,
      }
    }
  }
  return undefined
}

/**
 * The index as it is kept. What stood in none before was not published before that one, whatever it says: else whoever
 * has the marketplace's key dates a version back, and no minimum age holds. An author's key that was told to be revoked
 * stays so.
 */
export function datedVersions(
  known: Known | undefined,
  told: PackageIndex,
): ReadonlyMap<string, IndexedVersion> {
  return new Map(
    [...told.versions].map(([version, one]) => {
      const before = known?.versions.get(version)
      const earliest = before?.publishedAt ?? known?.toldAt ?? 0
      const keyRevokedAt = before?.keyRevokedAt ?? one.keyRevokedAt
      const revoked = keyRevokedAt === undefined ? {} : { keyRevokedAt }
      return [version, { ...one, publishedAt: Math.max(one.publishedAt, earliest), ...revoked }]
    }),
  )
}

export interface Offer {
  readonly versions: readonly string[]
  readonly distTags: Readonly<Record<string, string>>
}

/** Versions whose author's key was told to be revoked now and was not before. Pure. */
export function newlyRevoked(
  known: Known | undefined,
  told: ReadonlyMap<string, IndexedVersion>,
): readonly string[] {
  const isRevoked = (one: IndexedVersion | undefined) => one?.keyRevokedAt !== undefined
  return [...told]
    .filter(([version, one]) => isRevoked(one) && !isRevoked(known?.versions.get(version)))
    .map(([version]) => version)
}

/** When a version is old enough to be taken. */
export function takeableAt({ publishedAt }: IndexedVersion, minimumAgeHours: number): number {
  return publishedAt + minimumAgeHours * 3_600_000
}

/**
 * What may be installed anew at this moment, oldest first. A tag that leads to what may not, leads nowhere; but `latest`,
 * which npm and people take for granted, goes to the highest release that is left. Pure.
 */
export function offerOf(
  versions: ReadonlyMap<string, IndexedVersion>,
  distTags: Readonly<Record<string, string>>,
  { minimumAgeHours, now }: { readonly minimumAgeHours: number; readonly now: number },
): Offer {
  const isOffered = ([, one]: readonly [string, IndexedVersion]) =>
    (one.state === 'published' || one.state === 'deprecated') &&
    one.keyRevokedAt === undefined &&
    takeableAt(one, minimumAgeHours) <= now
  const offered = [...versions]
    .filter(isOffered)
    .sort(([, one], [, other]) => one.publishedAt - other.publishedAt)
    .map(([version]) => version)
  const tags = Object.entries(distTags).filter(([, version]) => offered.includes(version))
  const latest = highestRelease(offered)
  const all = { ...(latest === undefined ? {} : { latest }), ...Object.fromEntries(tags) }
  return { versions: offered, distTags: all }
}

function highestRelease(versions: readonly string[]): string | undefined {
  const sorted = versions.filter((one) => semver.valid(one) !== null).sort(semver.rcompare)
  return sorted.find((one) => semver.prerelease(one) === null) ?? sorted[0]
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
