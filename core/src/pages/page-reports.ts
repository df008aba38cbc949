import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import type { CallRecord } from '../audit/call-audit.ts'
import { coreErrors } from '../errors.ts'
import type { Authenticated } from '../identity/authenticate.ts'
import { actorOf } from '../identity/principal.ts'
import { judgedBy } from '../rollout/cohorts/cohort.ts'
import type { NodeCounters } from '../rollout/judge/node-counters.ts'
import { type Snapshot, versionKey } from '../rollout/routing/snapshot.ts'
import type { PageOutcome, PageTally } from './page-tally.ts'
import { type PagePick, pickPage } from './pick-page.ts'
import { viewerOf } from './viewer.ts'

interface Ports {
  readonly snapshot: () => Snapshot
  readonly rollouts: {
    countersOf(rollout: string): NodeCounters
    look(): void
    readonly now: () => number
  }
  readonly tally: Pick<PageTally, 'add'>
  readonly audit: { add(record: CallRecord): void }
  /** Milliseconds on a clock that never runs backwards. */
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
}

export interface PageReport {
  readonly plugin: string
  readonly version: string
  readonly outcome: PageOutcome
  /** From the beginning of the navigation until it was shown, or failed. */
  readonly ms: number
  readonly code?: string
  readonly message?: string
}

const LIMIT_PER_MINUTE = 30
const limit = { ratePerS: LIMIT_PER_MINUTE / 60, burst: LIMIT_PER_MINUTE }

/** Failures of this node that were told, each of a session, a version and its rollout; what is older was told long ago. */
const MOST_KEPT = 20_000

/**
 * What browsers tell of the pages that plugins offer. No server sees whether a page comes up, so nobody but who looks at it
 * can say that a canary's does not. His word counts as one call of the version that he was drawn to, and not more often
 * than he is drawn: a session tells of a version's failure once, however often it says so.
 */
export class PageReports {
  readonly #ports: Ports
  readonly #limiter: RateLimiter
  readonly #failed = new Set<string>()

  constructor(ports: Ports) {
    this.#ports = ports
    this.#limiter = new RateLimiter(ports.now)
  }

  /**
   * @returns whether the judge of a rollout was told: not of a version that the viewer is not given now, nor of a second
   *   failure
   * @throws CORE_PAGE_REPORTS_TOO_MANY
   */
  take(known: Pick<Authenticated, 'principal'>, report: PageReport, traceId: string): boolean {
    const viewer = viewerOf(known)
    const actor = actorOf(known.principal)
    const session = viewer.requestId ?? actor
    this.#requireRoom(session)
    const { snapshot, tally } = this.#ports
    const { plugin, version, outcome } = report
    const of = versionKey(plugin, version)
    // What is not installed, or not this tenant's, makes neither a label nor a line.
    const pick = pickPage(snapshot(), plugin, viewer)
    if (!snapshot().versions.has(of) || pick.kind !== 'version') return false
    tally.add(plugin, version, outcome)
    if (outcome === 'failed') {
      const rollout = pick.sharing?.rollout.id ?? 'none'
      if (!this.#isFirst(`${session} ${of} ${rollout}`)) return false
      this.#record({ tenant: viewer.tenant ?? null, actor, traceId }, report)
    }
    return viewer.requestId !== undefined && this.#judge(pick, report, viewer.requestId)
  }

  #requireRoom(session: string): void {
    const verdict = this.#limiter.take(session, limit)
    if (verdict.allowed) return
    const retryAfterS = Math.ceil(verdict.retryAfterMs / 1000)
    throw coreErrors.create('PAGE_REPORTS_TOO_MANY', { limit: LIMIT_PER_MINUTE }, { retryAfterS })
  }

  #isFirst(key: string): boolean {
    if (this.#failed.has(key)) return false
    this.#failed.add(key)
    const [oldest] = this.#failed
    if (this.#failed.size > MOST_KEPT) this.#failed.delete(oldest as string)
    return true
  }

  #record(
    { tenant, actor, traceId }: { tenant: string | null; actor: string; traceId: string },
    { plugin, version, ms, code, message }: PageReport,
  ): void {
    const { audit, log } = this.#ports
    const told = { tenant, plugin, version, ms, code, said: message, traceId }
    log.warn(told, 'a page of a plugin failed in a browser')
    const subject = versionKey(plugin, version)
    const outcome = code ?? 'failed'
    audit.add({ tenant, actor, action: 'page.failed', subject, outcome, traceId, safe: false })
  }

  /** Nobody can be shown the other version instead, so it counts as a call does that is not tried again. */
  #judge(
    { version, arm, sharing, assigned }: Extract<PagePick, { kind: 'version' }>,
    report: PageReport,
    requestId: string,
  ): boolean {
    // What was loaded before the weight changed says nothing of how it is drawn now.
    if (sharing === undefined || version.version !== report.version) return false
    const { rollouts } = this.#ports
    const { rollout } = sharing
    const counters = rollouts.countersOf(rollout.id)
    const probability = counters.admit(rollout, arm, requestId, { assigned })
    const isShown = report.outcome === 'shown'
    // How far away the browsers of a tenant are is no matter of a version: times tell where sessions are drawn.
    const isTimed = isShown && judgedBy(rollout.cohort) === 'request'
    const observed = {
      call: { arm, outcome: isShown ? ('answered' as const) : ('failed' as const) },
      isSafe: false,
      operation: 'page',
      ms: isTimed ? report.ms : undefined,
      probability,
      assigned,
      trip: undefined,
      requestId,
    }
    if (counters.observe(rollout, observed, rollouts.now())) rollouts.look()
    return true
  }
}
