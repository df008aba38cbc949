import { coreErrors } from '../errors.ts'
import type { InstalledVersion } from '../rollout/routing/snapshot.ts'

/**
 * Held to the version that really runs: a grant may have been given to an earlier version of another tier.
 * @throws CORE_TRUSTED_ONLY
 */
export function requireTrusted(
  { plugin, version, manifest }: InstalledVersion,
  call: string,
): void {
  const { tier } = manifest.runtime
  if (tier !== 'trusted') {
    throw coreErrors.create('TRUSTED_ONLY', { plugin, version, tier, call })
  }
}
