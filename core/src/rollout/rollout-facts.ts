import type { Knex } from 'knex'
import { servingStates } from '../registry/installation-states.ts'
import { findInstallation } from '../registry/registry-store.ts'
import { judgedBy } from './cohorts/cohort.ts'
import { judge } from './judge/judge.ts'
import { ofWeight } from './judge/judge-state.ts'
import { isAsked } from './plan/approval.ts'
import { freshAnswer } from './plan/question.ts'
import { askedBy, isApproval, isWeightStep, type Step } from './plan/steps.ts'
import type { RolloutGuard } from './rollout-states.ts'
import { hasLiveRollout, type Rollout } from './rollout-store.ts'
import { cohortOf, weightOf } from './rollout-weight.ts'
import { freezeOf, type Standstill } from './standstill/freezes.ts'
import type { Tallies } from './tally-store.ts'

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

type Facts = Partial<Record<RolloutGuard, boolean>>

/**
 * What the guards of a move ask, as the transaction sees it, and nothing else: what cannot be told about a rollout
 * keeps nobody from a move that does not depend on it, such as to go back.
 */
export async function rolloutFacts(
  trx: Knex.Transaction,
  asked: Asked,
  guards: readonly RolloutGuard[],
): Promise<Facts> {
  const facts: Facts = {}
  for (const guard of guards) facts[guard] = await answers[guard](asked, trx)
  return facts
}

type Answer = (asked: Asked, trx: Knex.Transaction) => boolean | Promise<boolean>

const answers: Readonly<Record<RolloutGuard, Answer>> = {
  'versions-warm': async ({ rollout }, trx) =>
    (await serves(trx, rollout, rollout.from)) && (await serves(trx, rollout, rollout.to)),
  alone: async ({ rollout }, trx) => !(await hasLiveRollout(trx, rollout)),
  'approval-due': ({ rollout }) => isApproval(currentStep(rollout)),
  'may-approve': ({ rollout, actor }) => {
    const current = currentStep(rollout)
    return isApproval(current) && isAsked(current, actor)
  },
  'four-eyes': ({ rollout, actor }) => rollout.startedBy !== actor,
  'gate-open': ({ rollout, now }) => {
    const current = currentStep(rollout)
    if (isApproval(current)) return false
    const answer = freshAnswer(rollout.gateAnswer, { revision: rollout.revision, now })
    return askedBy(current) === undefined || answer?.kind === 'allowed'
  },
  'gates-passed': ({ rollout }) => rollout.steps.slice(rollout.step).every(isWeightStep),
  'bake-step': ({ rollout }) => {
    const current = currentStep(rollout)
    return current !== undefined && isWeightStep(current) && current.bake !== undefined
  },
  'next-step': ({ rollout }) => rollout.step + 1 < rollout.steps.length,
  'not-condemned': (asked) => verdictOn(asked) !== 'stop',
  'nothing-suspect': (asked) => {
    const { acceptedStep, step } = asked.rollout
    const verdict = verdictOn(asked)
    return verdict === 'clear' || (verdict === 'suspect' && acceptedStep === step)
  },
  'still-stable': ({ rollout, stable }) => stable === rollout.to,
  'from-stable': ({ rollout, stable }) => stable === rollout.from,
  rehearsed: ({ isRehearsed }) => isRehearsed,
  unlocked: ({ standstill }) => standstill.lockdown === undefined,
  'not-frozen': ({ standstill, rollout, now }) =>
    freezeOf(standstill.freezes, rollout.plugin, now) === undefined,
  'window-open': ({ rollout, now }) => now - Date.parse(rollout.updatedAt) < ROLLBACK_WINDOW_MS,
}

function currentStep({ steps, step }: Rollout): Step | undefined {
  return steps[step]
}

async function serves(trx: Knex.Transaction, rollout: Rollout, version: string): Promise<boolean> {
  // Versions of documents are the plugin's own to keep.
  if (rollout.kind !== 'plugin') return true
  const installation = await findInstallation(trx, rollout.plugin, version)
  return installation !== undefined && servingStates.includes(installation.state)
}

function verdictOn({ rollout, tallies }: Asked) {
  const { metrics, failures } = rollout.analysis
  const counted = ofWeight(tallies.judge, weightOf(rollout))
  return judge(counted, judgedBy(cohortOf(rollout)), metrics, failures?.tolerance).verdict
}
