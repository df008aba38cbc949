import type { Arm } from '../cohorts/cohort.ts'
import type { Evidence, Verdict } from '../judge/judge.ts'

/** What the judge knew at one moment. */
export interface EvidencePoint {
  readonly step: number
  readonly weightBp: number
  readonly verdict: Verdict
  /** What said most against the version. */
  readonly ground: string
  /** 1 says nothing; at the threshold it stops the version. */
  readonly e: number
  /** Since the rollout began. */
  readonly calls: Readonly<Record<Arm, number>>
  /** Each ground by itself, before it is weighed. */
  readonly grounds: Readonly<Record<string, number>>
}

export function evidencePoint(
  place: Pick<EvidencePoint, 'step' | 'weightBp'>,
  calls: EvidencePoint['calls'],
  { verdict, ground, e, grounds }: Pick<Evidence, 'verdict' | 'ground' | 'e' | 'grounds'>,
): EvidencePoint {
  const own = grounds.map((one) => [one.ground, rounded(one.e)] as const)
  const { step, weightBp } = place
  return { step, weightBp, verdict, ground, e: rounded(e), calls, grounds: Object.fromEntries(own) }
}

/** What a chart can show, and a third of the bytes. */
function rounded(e: number): number {
  return Number(e.toPrecision(4))
}

/** A point a second is what people can follow; a rollout of a day is thinned from there. */
const EVERY_MS = 1000

/** Whether a point is worth a row: it says something else than the last, and comes not too soon after it. */
export function isNews(
  point: EvidencePoint,
  last: { readonly point: EvidencePoint; readonly at: number } | undefined,
  now: number,
): boolean {
  if (last === undefined) return true
  // A step that began, or a verdict, is told at once: the next look may find the rollout ended.
  if (point.step !== last.point.step || point.verdict !== last.point.verdict) return true
  // A clock that was set back must not silence it for an hour.
  if (Math.abs(now - last.at) < EVERY_MS) return false
  const { calls, e } = last.point
  return point.e !== e || point.calls.canary !== calls.canary || point.calls.stable !== calls.stable
}
