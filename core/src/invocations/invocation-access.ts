import type { Principal } from '../identity/principal.ts'

/** Whom a tenant's admin lets open a recording, until when. */
export interface Release {
  readonly id: string
  readonly invocation: string
  /** `operator`, or `publisher:<name>`. */
  readonly grantee: string
  readonly reason: string | null
  readonly releasedBy: string
  readonly releasedAt: string
  readonly expiresAt: string
  readonly withdrawnAt: string | null
}

/**
 * - `hidden`: it does not exist for this principal.
 * - `head`: that it happened, in which version, when, how large; nothing that a caller or the tenant wrote.
 * - `whole`: everything that was kept.
 */
export type Access = 'hidden' | 'head' | 'whole'

interface Kept {
  readonly tenant: string
  readonly releases: readonly Release[]
  /** The publisher that the plugin belongs to, as far as the marketplace knows. */
  readonly author: string | undefined
}

/** What of a kept call a principal that may read such is shown. Only the tenant's own admin decides who else opens it. */
export function accessOf(
  principal: Principal,
  { tenant, releases, author }: Kept,
  now: number,
): Access {
  switch (principal.kind) {
    case 'admin':
    case 'user':
      return principal.tenant === tenant ? 'whole' : 'hidden'
    case 'operator':
      return isReleased(releases, 'operator', now) ? 'whole' : 'head'
    case 'publisher':
      if (isReleased(releases, `publisher:${principal.name}`, now)) return 'whole'
      return principal.name === author ? 'head' : 'hidden'
    default:
      return 'hidden'
  }
}

function isReleased(releases: readonly Release[], grantee: string, now: number): boolean {
  return releases.some(
    (release) =>
      release.grantee === grantee &&
      release.withdrawnAt === null &&
      Date.parse(release.expiresAt) > now,
  )
}
