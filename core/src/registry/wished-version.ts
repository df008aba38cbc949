import type { CodedError } from '@signalbox/sdk/errors'
import { coreErrors } from '../errors.ts'
import type { PackageSource, PackageVersions } from './package-source.ts'
import { keyRevokedRefusal, withdrawalRefusal } from './withdrawn/withdrawal-refusal.ts'

interface WishedVersion {
  readonly version: string
  /** Why it is not taken now. */
  readonly refusal?: CodedError
  /** Whether that leaves alone what serves: to repeat its installation is harmless. One that does not would begin anew. */
  readonly mayStay?: boolean
}

/** @param wish a tag or a version; what is no tag of its own, such as `constructor`, is taken for a version */
export async function wishedVersion(
  source: Pick<PackageSource, 'versions' | 'withdrawn' | 'keyRevokedAt'>,
  plugin: string,
  wish: string,
): Promise<WishedVersion> {
  const known = await source.versions(plugin)
  const version = meant(known, wish)
  if (known?.versions.includes(version) === true) return { version }
  const withdrawn = await source.withdrawn(plugin, version)
  const refusal = withdrawn && withdrawalRefusal({ package: plugin, version, ...withdrawn })
  // Before anything that leaves alone what is installed.
  if (refusal !== undefined && withdrawn?.state === 'blocked') return { version, refusal }
  const revokedAt = await source.keyRevokedAt(plugin, version)
  if (revokedAt !== undefined) {
    return { version, refusal: keyRevokedRefusal(plugin, version, revokedAt), mayStay: true }
  }
  if (refusal !== undefined) return { version, refusal, mayStay: true }
  return { version, refusal: coreErrors.create('PACKAGE_MISSING', { plugin, version: wish }) }
}

function meant(known: PackageVersions | undefined, wish: string): string {
  const isTag = known !== undefined && Object.hasOwn(known.distTags, wish)
  return (isTag ? known.distTags[wish] : undefined) ?? wish
}
