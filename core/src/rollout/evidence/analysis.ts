import type { Knex } from 'knex'
import { describeRollout } from '../describe-rollout.ts'
import { evidenceOf } from '../rollout-decision.ts'
import type { Rollout } from '../rollout-store.ts'
import { readTallies } from '../tally-store.ts'
import { listPoints, type StoredPoint } from './evidence-store.ts'

/** Why a rollout is where it is: the evidence now, how it grew, and every decision with its sentence. */
export async function analyseRollout(knex: Knex, rollout: Rollout) {
  const { id, plugin, from, to, state, step } = rollout
  const [description, tallies, points] = await Promise.all([
    describeRollout(knex, rollout),
    readTallies(knex, id),
    listPoints(knex, id),
  ])
  const { weightBp, calls, events, waiting, transitions } = description
  return {
    rollout: id,
    plugin,
    from,
    to,
    state,
    step,
    weightBp,
    calls,
    events,
    evidence: evidenceOf(rollout, tallies),
    waiting,
    points,
    steps: stepsOf(points),
    decisions: transitions.map(({ reason, ...transition }) => ({
      ...transition,
      sentence: reason,
    })),
  }
}

/** A step as its points show it. */
interface AnalysedStep {
  readonly step: number
  readonly weightBp: number
  /** When its first and its last point were written. */
  readonly since: string
  readonly until: string
  /** The most evidence there was against the version in it. */
  readonly highestE: number
  /** Since the rollout began, at its last point. */
  readonly calls: StoredPoint['calls']
}

export function stepsOf(points: readonly StoredPoint[]): readonly AnalysedStep[] {
  const steps = new Map<number, AnalysedStep>()
  for (const { step, weightBp, at, e, calls } of points) {
    const before = steps.get(step)
    steps.set(step, {
      step,
      weightBp,
      since: before?.since ?? at,
      until: at,
      highestE: Math.max(before?.highestE ?? 0, e),
      calls,
    })
  }
  return [...steps.values()]
}
