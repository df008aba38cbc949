import type { Knex } from 'knex'
import type { Verdict } from '../judge/judge.ts'
import type { EvidencePoint } from './evidence-point.ts'
import { MOST_POINTS, surplusPoints } from './thin-evidence.ts'

export interface StoredPoint extends EvidencePoint {
  readonly at: string
}

export async function insertPoint(
  knex: Knex,
  rollout: string,
  point: EvidencePoint,
): Promise<void> {
  const { step, weightBp, verdict, ground, e, calls, grounds } = point
  await knex('rollout_evidence').insert({
    rollout,
    step,
    weight_bp: weightBp,
    verdict,
    ground,
    e,
    figures: JSON.stringify({ calls, grounds }),
  })
}

/** Removes what is too many. Locked in order: a second node that does the same looks at what the first left. */
export async function thinPoints(knex: Knex, rollout: string): Promise<void> {
  const [{ count } = { count: 0 }] = await knex('rollout_evidence').where({ rollout }).count('id')
  if (Number(count) <= MOST_POINTS) return
  await knex.transaction(async (trx) => {
    const rows = await trx('rollout_evidence')
      .where({ rollout })
      .orderBy('id')
      .select('id', 'at', 'step', 'e')
      .forUpdate()
    const points = rows.map(({ id, at, step, e }) => ({ id, at: at.getTime(), step, e }))
    const surplus = surplusPoints(points, MOST_POINTS).map(({ id }) => id)
    await trx('rollout_evidence').whereIn('id', surplus).delete()
  })
}

/** Oldest first. A point that was written this moment may not have been thinned yet: the newest are given. */
export async function listPoints(knex: Knex, rollout: string): Promise<StoredPoint[]> {
  const rows = await knex('rollout_evidence')
    .where({ rollout })
    .orderBy('id', 'desc')
    .limit(MOST_POINTS)
  return rows.reverse().map((row) => ({
    at: row.at.toISOString(),
    step: row.step,
    weightBp: row.weight_bp,
    verdict: row.verdict as Verdict,
    ground: row.ground,
    e: row.e,
    calls: row.figures.calls,
    grounds: row.figures.grounds,
  }))
}
