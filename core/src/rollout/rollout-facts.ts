import type { Knex } from 'knex'
import { servingStates } from '../registry/installation-states.ts'
import { findInstallation } from '../registry/registry-store.ts'
import { isAsked } from './approval.ts'
import { judgedBy } from './cohort.ts'
import { freezeOf, type Standstill } from './freezes.ts'
import { freshAnswer } from './gate.ts'
import { judge } from './judge.ts'
import { ofWeight } from './judge-state.ts'
import type { RolloutGuard } from './rollout-states.ts'
import { hasLiveRollout, noTallies, type Rollout, type Tallies } from './rollout-store.ts'
import { cohortOf, weightOf } from './rollout-weight.ts'
import { isApproval, isGate, isWeightStep } from './steps.ts'

/** How long a completed rollout can be taken back by a pointer swap: its old version stays warm so long. */
export const ROLLBACK_WINDOW_MS = 7 * 86_400_000

interface Asked {
  readonly rollout: Rollout
  readonly actor: string
  /** Of the plugin or the document, now. */
  readonly stable: string | null
  readonly tallies: Tallies
  readonly now: number
  /** As the transaction holds it; see heldStandstill. */
  readonly standstill: Standstill
  readonly isRehearsed: boolean
}

/** What the guards of a command ask, as the transaction sees it. */
export async function rolloutFacts(
  trx: Knex.Transaction,
  asked: Asked,
): Promise<Record<RolloutGuard, boolean>> {
  const { rollout, actor, stable, tallies, now, standstill } = asked
  const { plugin, from, to, step, steps, analysis, updatedAt, startedBy } = rollout
  const serves = async (version: string) => {
    // Versions of documents are the plugin's own to keep.
    if (rollout.kind !== 'plugin') return true
    const installation = await findInstallation(trx, plugin, version)
    return installation !== undefined && servingStates.includes(installation.state)
  }
  const current = steps[step]
  const judgedAs = judgedBy(cohortOf(rollout))
  const { metrics, failures } = analysis
  const counted = ofWeight(tallies.judge, weightOf(rollout))
  // A command that asks no figures must not need a judge either: it may be the judge that fails.
  const verdict =
    tallies === noTallies ? 'clear' : judge(counted, judgedAs, metrics, failures?.tolerance).verdict
  const answer = freshAnswer(rollout.gateAnswer, { revision: rollout.revision, now })
  return {
    'versions-warm': (await serves(from)) && (await serves(to)),
    alone: !(await hasLiveRollout(trx, rollout)),
    'approval-due': isApproval(current),
    'may-approve': isApproval(current) && isAsked(current, actor),
    'four-eyes': startedBy !== actor,
    'gate-open': !isApproval(current) && (!isGate(current) || answer?.kind === 'allowed'),
    'gates-passed': steps.slice(step).every(isWeightStep),
    'bake-step': current !== undefined && isWeightStep(current) && current.bake !== undefined,
    'next-step': step + 1 < steps.length,
    'not-condemned': verdict !== 'stop',
    'nothing-suspect':
      verdict === 'clear' || (verdict === 'suspect' && rollout.acceptedStep === step),
    'still-stable': stable === to,
    'from-stable': stable === from,
    rehearsed: asked.isRehearsed,
    unlocked: standstill.lockdown === undefined,
    'not-frozen': freezeOf(standstill.freezes, plugin, now) === undefined,
    'window-open': now - Date.parse(updatedAt) < ROLLBACK_WINDOW_MS,
  }
}
