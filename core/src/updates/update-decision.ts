import type { Localized } from '@signalbox/sdk/errors'
import semver from 'semver'
import type { AttemptState } from './attempt-states.ts'
import { type UpdateReason, updateReason } from './update-reasons.ts'

/**
 * `patch` is semver's `~` of the version in service, `minor` its `^`: of a version below 1.0.0 a minor may break, and
 * is not covered.
 */
export const updateModes = ['manual', 'patch', 'minor'] as const
export type UpdateMode = (typeof updateModes)[number]

/** A version as the marketplace has it. */
export interface Release {
  readonly version: string
  /** Milliseconds since the epoch. */
  readonly publishedAt: number
  readonly state: 'published' | 'deprecated' | 'yanked' | 'blocked'
  /** Why it is not what it was; of one that is published, empty. */
  readonly stateReason: string
  /** Since when its author's key counts for nothing, in milliseconds since the epoch. */
  readonly keyRevokedAt?: number
  /** Why it is not taken from the marketplace that it comes from; until when, in milliseconds since the epoch. */
  readonly absent?: { readonly detail: Localized; readonly until?: number }
}

/** What is known here of a release. */
export interface Tried {
  readonly state: AttemptState
  /** Of one that failed or was refused. */
  readonly reason: string
  /** Milliseconds since the epoch. */
  readonly changedAt: number
}

/** What takes looking into a package; asked only of versions that nothing else keeps. */
export interface LookedInto {
  /** What of it is wider and not consented to by every tenant; empty: nothing. */
  readonly wider: readonly string[]
  readonly areTermsOpen: boolean
  /** Why the host would refuse it; undefined: it would not. */
  readonly refusal: Localized | undefined
}

export interface UpdateFacts {
  readonly plugin: string
  readonly mode: UpdateMode
  /** In service. */
  readonly stable: string
  /** What the dist-tag names; undefined: nothing. */
  readonly latest: string | undefined
  readonly minimumAgeMs: number
  readonly now: number
  readonly releases: readonly Release[]
  readonly attempts: ReadonlyMap<string, Tried>
  /** Versions whose rollout ended by going back, with its id. */
  readonly takenBack: ReadonlyMap<string, string>
  /** The id of a rollout of the plugin that shares calls. */
  readonly running: string | undefined
  readonly standstill: Localized | undefined
}

export interface JudgedRelease extends Pick<Release, 'version' | 'publishedAt'> {
  /** Empty: it is what is rolled out next. */
  readonly reasons: readonly UpdateReason[]
}

const HOUR_MS = 3_600_000

/** What the host refused as things were is offered again, but the audit is not filled with it. */
const REFUSED_REST_MS = 6 * HOUR_MS

type Rule = (facts: UpdateFacts, release: Release) => UpdateReason | undefined

/** All that is said by the lists alone. */
const rules: readonly Rule[] = [
  (_, { state, stateReason }) =>
    state === 'published'
      ? undefined
      : updateReason(state === 'deprecated' ? state : `version-${state}`, stateReason),
  (_, { keyRevokedAt }) =>
    keyRevokedAt === undefined
      ? undefined
      : updateReason('author-key-revoked', new Date(keyRevokedAt).toISOString()),
  (_, { version }) =>
    semver.prerelease(version) === null ? undefined : updateReason('prerelease'),
  ({ mode, stable }, { version }) => {
    const range = rangeOf(mode, stable)
    return semver.satisfies(version, range, { includePrerelease: true })
      ? undefined
      : updateReason('beyond-range', range)
  },
  ({ latest }, { version }) =>
    latest !== undefined && semver.lte(version, latest)
      ? undefined
      : updateReason('beyond-latest', latest ?? '-'),
  ({ takenBack }, { version }) => {
    const rollout = takenBack.get(version)
    return rollout === undefined ? undefined : updateReason('taken-back', rollout)
  },
  ({ attempts }, { version }) => {
    const tried = attempts.get(version)
    return tried?.state === 'failed' || tried?.state === 'started'
      ? updateReason('already-tried', tried.reason)
      : undefined
  },
  ({ attempts, now }, { version }) => {
    const tried = attempts.get(version)
    if (tried?.state !== 'refused') return undefined
    const until = tried.changedAt + REFUSED_REST_MS
    return now >= until ? undefined : updateReason('refused-lately', tried.reason, until)
  },
  ({ minimumAgeMs, now }, { publishedAt }) =>
    now - publishedAt >= minimumAgeMs
      ? undefined
      : updateReason('too-young', String(minimumAgeMs / HOUR_MS), publishedAt + minimumAgeMs),
  (_, { absent }) =>
    absent === undefined ? undefined : updateReason('not-taken', absent.detail, absent.until),
  ({ running }) => (running === undefined ? undefined : updateReason('rollout-running', running)),
  ({ standstill }) =>
    standstill === undefined ? undefined : updateReason('standstill', standstill),
]

/**
 * Versions newer than the one in service, the newest first, each with what keeps it by what the lists say. Pure.
 * @param facts of a mode that is not `manual`
 */
export function judgeReleases(facts: UpdateFacts): readonly JudgedRelease[] {
  return facts.releases
    .filter(({ version }) => semver.valid(version) !== null && semver.gt(version, facts.stable))
    .toSorted((one, other) => semver.rcompare(one.version, other.version))
    .map((release) => ({
      version: release.version,
      publishedAt: release.publishedAt,
      reasons: rules.flatMap((rule) => rule(facts, release) ?? []),
    }))
}

/** What looking into a version adds. Pure. */
export function lookedReasons(
  { plugin }: Pick<UpdateFacts, 'plugin'>,
  version: string,
  { wider, areTermsOpen, refusal }: LookedInto,
): readonly UpdateReason[] {
  return [
    ...(refusal === undefined ? [] : [updateReason('incompatible', refusal)]),
    ...(wider.length === 0 ? [] : [updateReason('asks-for-more', wider.join(', '))]),
    ...(areTermsOpen ? [updateReason('terms-changed', `${plugin}@${version}`)] : []),
  ]
}

/** The newest that nothing keeps; those below it are told that it is newer. Pure. */
export function chooseUpdate(judged: readonly JudgedRelease[]): {
  readonly next: string | undefined
  readonly versions: readonly JudgedRelease[]
} {
  const next = judged.find(({ reasons }) => reasons.length === 0)?.version
  if (next === undefined) return { next, versions: judged }
  const versions = judged.map((release) =>
    release.reasons.length === 0 && release.version !== next
      ? { ...release, reasons: [updateReason('superseded', next)] }
      : release,
  )
  return { next, versions }
}

/** Whom to ask: the newest that nothing but people keeps, where nothing is to be rolled out. Pure. */
export function askedFor(versions: readonly JudgedRelease[]): JudgedRelease | undefined {
  return versions.find(
    ({ reasons }) => reasons.length > 0 && reasons.every(({ kind }) => kind === 'person'),
  )
}

/** Whether looking into it would tell anything: what never comes by itself needs no look, and what is not here has nothing to look into. Pure. */
export function isWorthALook({ reasons }: JudgedRelease): boolean {
  return reasons.every(({ kind, code }) => kind !== 'never' && code !== 'not-taken')
}

/** What is looked at first: the newest that may still come by itself; where none may, the newest. Pure. */
export function candidateOf(versions: readonly JudgedRelease[]): JudgedRelease | undefined {
  return versions.find(isWorthALook) ?? versions[0]
}

/** When something is over that is known to be, in milliseconds since the epoch. Pure. */
export function nextMoment(versions: readonly JudgedRelease[]): number | undefined {
  const untils = versions
    .filter(isWorthALook)
    .flatMap(({ reasons }) => reasons.flatMap(({ until }) => until ?? []))
  return untils.length === 0 ? undefined : Math.min(...untils)
}

/** Whether a setting covers a version that is newer than the one in service. Pure. */
export function isCovered(mode: UpdateMode, stable: string, version: string): boolean {
  if (mode === 'manual' || semver.valid(version) === null) return false
  const isRelease = semver.prerelease(version) === null
  return isRelease && semver.gt(version, stable) && semver.satisfies(version, rangeOf(mode, stable))
}

function rangeOf(mode: UpdateMode, stable: string): string {
  return `${mode === 'patch' ? '~' : '^'}${stable}`
}

/** The larger holds: neither the marketplace nor the host is undercut by the other, or by one plugin. Pure. */
export function effectiveAge(hours: {
  readonly marketplace: number
  readonly host: number
  readonly plugin: number
}): number {
  return Math.max(hours.marketplace, hours.host, hours.plugin)
}
