import type { Manifest } from '@signalbox/sdk/manifest'
import semver from 'semver'
import { type KnownGrant, missingConsent } from './consent.ts'

/** A plugin that a tenant lets run, with what it was granted. */
export interface BoundPlugin {
  readonly plugin: string
  readonly binding: 'enabled' | 'pinned' | 'held'
  /** What answers the tenant: the pinned version, or the stable one; null: none. */
  readonly serves: string | null
  /** That may be given calls: those that serve, and those that wait for a rollout. */
  readonly versions: readonly {
    readonly version: string
    readonly manifest: Pick<Manifest, 'capabilities'>
    /** Withdrawn, or taken back when it was tried last: nobody is asked for what will not be rolled out. */
    readonly isDropped: boolean
  }[]
  readonly grants: readonly KnownGrant[]
}

/** What a tenant did not consent to yet, of what a version cannot do without. */
export interface OpenConsent {
  readonly plugin: string
  /** That asks for it. */
  readonly version: string
  /** What answers the tenant until then, or does already, without what it asks for. */
  readonly serves: string | null
  readonly capabilities: readonly string[]
}

/**
 * Of the newest version that asks for more than was granted; what one before it lacks beside that is told when this is consented
 * to. Only what the tenant may come to counts: never what is older than what serves, nor another than is pinned.
 * @returns undefined: all is granted. Pure.
 */
export function openConsent({
  plugin,
  binding,
  serves,
  versions,
  grants,
}: BoundPlugin): OpenConsent | undefined {
  const isAhead = (version: string) => serves === null || semver.gt(version, serves)
  const mayCome = ({ version, isDropped }: BoundPlugin['versions'][number]) =>
    binding === 'enabled' && !isDropped && isAhead(version)
  const reached = versions
    .filter((one) => one.version === serves || mayCome(one))
    .sort((a, b) => semver.rcompare(a.version, b.version))
  for (const { version, manifest } of reached) {
    const missing = missingConsent(manifest, grants)
    if (missing.length === 0) continue
    const capabilities = [...new Set(missing.map(({ name }) => name))]
    return { plugin, version, serves, capabilities }
  }
  return undefined
}
