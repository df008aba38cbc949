import type { Localized } from '@signalbox/sdk/errors'
import type { IndexedVersion } from '@signalbox/sdk/trust/package-index'
import semver from 'semver'
import type { Marketplace } from './federation-store.ts'
import { isAllowed } from './scope-of.ts'
import { type Known, takeableAt } from './told-versions.ts'

/** Why a version could not be taken when it was tried without anybody asking. */
export interface Refusal {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly code: string
  readonly message: Localized
}

/** What stands in the way of it may be another by then; a tarball of 20 MiB is not fetched every ten minutes. */
const REST_MS = 6 * 3_600_000

/** What is known of a package of another marketplace, and of what of it is here. */
export interface Standing {
  readonly marketplace: Pick<Marketplace, 'name' | 'url' | 'state' | 'allow' | 'minimumAgeHours'>
  readonly name: string
  readonly known: Pick<Known, 'versions'> & { readonly distTags: Readonly<Record<string, string>> }
  /** Versions that are here, in whatever state. */
  readonly here: readonly string[]
  readonly refusals: ReadonlyMap<string, Refusal>
  readonly now: number
}

/**
 * The version that an update needs here next: the newest that may be taken, no newer than what its publisher calls
 * `latest`. Where one as new is here, an older one is not fetched for its sake; one that was refused lets the one before
 * it through. Pure.
 * @param covers whether the update's own setting covers it
 */
export function wantedVersion(
  standing: Standing,
  covers: (version: string) => boolean,
): string | undefined {
  const { here, now } = standing
  const taken = eligible(standing, covers)
    .filter(({ told }) => takeableAt(told, standing.marketplace.minimumAgeHours) <= now)
    .find(({ version, restsUntil }) => here.includes(version) || restsUntil <= now)
  return taken === undefined || here.includes(taken.version) ? undefined : taken.version
}

/**
 * The next moment from which a version is wanted that cannot be taken by now, in milliseconds since the epoch; undefined:
 * none is known of. Pure.
 */
export function nextWantedAt(
  standing: Standing,
  covers: (version: string) => boolean,
): number | undefined {
  const { marketplace, here, now } = standing
  const all = eligible(standing, covers)
  const newestHere = all.findIndex(({ version }) => here.includes(version))
  const moments = (newestHere === -1 ? all : all.slice(0, newestHere))
    .map((one) => Math.max(takeableAt(one.told, marketplace.minimumAgeHours), one.restsUntil))
    .filter((moment) => moment > now)
  return moments.length === 0 ? undefined : Math.min(...moments)
}

interface Eligible {
  readonly version: string
  readonly told: IndexedVersion
  /** Past: it does not. */
  readonly restsUntil: number
}

/** What an update would take if it were old enough and had not been refused, the newest first. */
function eligible(
  { marketplace, name, known, refusals }: Standing,
  covers: (version: string) => boolean,
): readonly Eligible[] {
  const latest = known.distTags['latest']
  if (latest === undefined || !isAllowed(marketplace.allow, name)) return []
  return [...known.versions]
    .filter(([, { state, keyRevokedAt }]) => state === 'published' && keyRevokedAt === undefined)
    .filter(([version]) => covers(version) && semver.lte(version, latest))
    .toSorted(([one], [other]) => semver.rcompare(one, other))
    .map(([version, told]) => ({ version, told, restsUntil: restEnd(refusals.get(version)) }))
}

/** Why a version that is known of is not here, and until when that holds where it is known. Pure. */
export function absenceOf(
  { marketplace, name, here, refusals, now }: Standing,
  version: string,
  told: IndexedVersion,
): { readonly detail: Localized; readonly until?: number } {
  const { name: from, state, url, minimumAgeHours } = marketplace
  const unlisted = unlistedName(marketplace, name)
  if (unlisted !== undefined) return { detail: unlisted }
  if (here.includes(version)) {
    return {
      detail: {
        en: 'it waits for review here, or was rejected: signalbox review list',
        'zh-CN': '正在此处等待评审，或已被拒绝：signalbox review list',
      },
    }
  }
  if (told.keyRevokedAt !== undefined) {
    const since = new Date(told.keyRevokedAt).toISOString()
    return {
      detail: {
        en: `its author's key was revoked as of ${since}`,
        'zh-CN': `作者密钥自 ${since} 起已被吊销`,
      },
    }
  }
  const takeable = takeableAt(told, minimumAgeHours)
  if (takeable > now) {
    const detail = {
      en: `what comes from ${from} has to be ${minimumAgeHours} hours old`,
      'zh-CN': `来自 ${from} 的版本须已发布 ${minimumAgeHours} 小时`,
    }
    return { detail, until: takeable }
  }
  const refusal = refusals.get(version)
  if (refusal !== undefined && now < restEnd(refusal)) {
    const { code, message } = refusal
    const detail = { en: `${code}: ${message.en}`, 'zh-CN': `${code}：${message['zh-CN']}` }
    return { detail, until: restEnd(refusal) }
  }
  if (url === null) {
    const detail = { en: `${from} is reached by files alone`, 'zh-CN': `${from} 仅通过文件提供` }
    return { detail }
  }
  if (state !== 'active') {
    return { detail: { en: `${from} is ${state}`, 'zh-CN': `${from} 处于 ${state} 状态` } }
  }
  return {
    detail: {
      en: `it is taken when ${from} is looked at next; at once by: signalbox marketplace sync ${from}`,
      'zh-CN': `下次查询 ${from} 时获取；立即获取：signalbox marketplace sync ${from}`,
    },
  }
}

/** Why nothing of a name is taken, not even what is here already; undefined: it may be. Pure. */
export function unlistedName(
  { name: from, allow }: Pick<Marketplace, 'name' | 'allow'>,
  name: string,
): Localized | undefined {
  if (isAllowed(allow, name)) return undefined
  return {
    en: `${name} is not on the list of what may be taken from ${from}`,
    'zh-CN': `${name} 不在允许从 ${from} 获取的名单中`,
  }
}

function restEnd(refusal: Refusal | undefined): number {
  return refusal === undefined ? 0 : refusal.at + REST_MS
}
