/** How a version does on this host, for whoever looks at its page. The host counts; see RunningPort. */
export interface VersionRunning {
  readonly version: string
  readonly tenants: number
  /** The mean over tenants of the share of calls that failed, 0 to 1; null: nobody called it. */
  readonly failedShare: number | null
  /** Time within which 95 of 100 calls were answered, ms; null: nobody called it. */
  readonly p95Ms: number | null
  readonly abortedRollouts: boolean
  readonly rolledBack: boolean
  /** It cost the host processes, until it was not called for a while. */
  readonly crashed: boolean
}

/** Of fewer, whoever knows one of them would learn how it goes there. */
const FEW = 3

/** Without a word of who they are; of fewer than three tenants only that they are few. */
export function shownRunning(running: VersionRunning) {
  const { version, tenants, failedShare, p95Ms, abortedRollouts, rolledBack, crashed } = running
  const known = { version, abortedRollouts, rolledBack, crashed }
  if (tenants < FEW) {
    const some = tenants === 0 ? ('none' as const) : ('few' as const)
    return { ...known, tenants: some, errorRate: null, p95Ms: null }
  }
  const errorRate = failedShare === null ? null : Math.round(failedShare * 10_000) / 10_000
  return { ...known, tenants, errorRate, p95Ms: p95Ms === null ? null : Math.round(p95Ms) }
}
