import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import type { Arm } from './cohorts/cohort.ts'
import type { JudgeState } from './judge/judge-state.ts'
import { callsOver } from './judge/slow-bands.ts'
import { unitsOf } from './judge/unit-sketch.ts'
import { readAcknowledged } from './nodes/node-store.ts'
import { decide, evidenceOf } from './rollout-decision.ts'
import { settledStates } from './rollout-states.ts'
import { findRollout, listTransitions, type Rollout } from './rollout-store.ts'
import { weightOf } from './rollout-weight.ts'
import { readShadow } from './shadow/shadow-side.ts'
import { readStandstill } from './standstill/freeze-store.ts'
import { standstillSentence } from './standstill/freezes.ts'
import { readTallies } from './tally-store.ts'

export type RolloutDescription = Awaited<ReturnType<typeof describeRollout>>

/** A rollout as people and pages read it: figures, evidence against the line, and the last sentence. */
export async function describeRollout(knex: Knex, rollout: Rollout) {
  const tallies = await readTallies(knex, rollout.id)
  const transitions = await listTransitions(knex, rollout.id)
  const { verdict, e, threshold, sentence } = evidenceOf(rollout, tallies)
  const shadow = await readShadow(knex, rollout)
  const generation = transitions.at(-1)?.generation
  const { acknowledged, now } = await readAcknowledged(knex, generation ?? 0)
  const moves = rollout.state === 'running' || rollout.state === 'baking'
  const standstill = await readStandstill(knex)
  const decision = moves ? decide(rollout, tallies, now, standstill, shadow) : undefined
  const isOver = settledStates.includes(rollout.state)
  const { units } = tallies
  return {
    ...rollout,
    weightBp: weightOf(rollout),
    calls: tallies.judge.calls,
    events: eventsOf(tallies.judge),
    evidence: { verdict, e, threshold, sentence },
    /** What a shadow step has compared; null where the plan has none. */
    shadow: shadow === undefined ? null : { ...shadow.evidence, sentence: shadow.reason },
    waiting: decision?.reason ?? null,
    /** A freeze or a lockdown that holds it whatever it waits for; null: none does. */
    standstill: isOver ? null : (standstillSentence(standstill, rollout.plugin, now) ?? null),
    /** Whose word is all that is missing. */
    asks: decision?.asks ?? null,
    units: units.since === rollout.stepStartedAt ? unitsOf(units) : 0,
    /** Calls that named no key of the cohort, and so stayed on stable. */
    cohortKeyMissing: units.keyless,
    /** How many of the live nodes route by its last move; null before the first. */
    acknowledged: generation === undefined ? null : acknowledged,
    transitions,
  }
}

/** @throws CORE_ROLLOUT_MISSING */
export async function requireRollout(knex: Knex, id: string): Promise<Rollout> {
  const rollout = await findRollout(knex, id)
  if (rollout === undefined) throw coreErrors.create('ROLLOUT_MISSING', { rollout: id })
  return rollout
}

/** What was counted against either arm, by kind. */
function eventsOf({ tallies, slow }: JudgeState) {
  const counts = ({ stable, canary }: Record<Arm, number>) => ({ stable, canary })
  return {
    failures: counts(tallies.failures),
    unpaired: counts(tallies.unpaired),
    slowHalf: callsOver(slow, 'overHalf'),
    slowTenth: callsOver(slow, 'overTenth'),
    slowHundredth: callsOver(slow, 'overHundredth'),
  }
}
