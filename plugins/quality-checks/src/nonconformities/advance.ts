import { Refusal } from '@signalbox/sdk'
import type { Effectiveness } from './effectiveness.ts'
import type { StepId } from './eight-d-steps.ts'
import { doubtedSteps } from './eight-d-steps.ts'
import { guards } from './guards.ts'
import { type Command, commandsOf, transitionOf } from './lifecycle.ts'
import type { Disposition, Nonconformity } from './nonconformity.ts'
import type { NonconformitySettings } from './nonconformity-settings.ts'
import { newSteps } from './open-nonconformity.ts'
import { reopenedSteps, withStep } from './steps.ts'

/** One command of a person, or of a rule that acts for one. */
export interface Order {
  readonly command: Command
  readonly reason?: string
  readonly disposition?: Pick<Disposition, 'kind' | 'quantity'>
  readonly step?: StepId
  readonly summary?: string
  readonly owner?: string
}

export interface Scene {
  readonly by: string
  /** RFC 3339. */
  readonly now: string
  readonly settings: NonconformitySettings
  readonly effectiveness: Effectiveness
}

/**
 * A nonconformity after a command, or the refusal that says what stands in the way. Pure: the same order in the same scene
 * always leads to the same nonconformity.
 */
export function advance(one: Nonconformity, order: Order, scene: Scene): Nonconformity {
  const { command } = order
  const transition = transitionOf(command, one)
  if (transition === undefined) {
    const possible = commandsOf(one).join(', ')
    throw new Refusal(
      'COMMAND_NOT_POSSIBLE',
      `${one.number} is ${one.state}: ${command} is not possible; ${possible || 'nothing'} is.`,
    )
  }
  const { reason } = order
  const view = {
    reason,
    quantity: order.disposition?.quantity,
    effectiveness: scene.effectiveness,
  }
  for (const guard of transition.guards) guards[guard](one, view)
  return { ...effects[command](one, order, scene), state: transition.to }
}

type Effect = (one: Nonconformity, order: Order, scene: Scene) => Nonconformity

/** What a command does beside the change of state that the lifecycle names. */
const effects: Readonly<Record<Command, Effect>> = {
  dispose: disposed,
  startEightD: (one, { owner = one.owner ?? undefined }, { now, settings }) => ({
    ...one,
    eightD: true,
    owner: owner ?? null,
    steps: newSteps(now, owner ?? null, settings),
  }),
  completeStep: (one, order, scene) => withStep(one, 'complete', order, scene),
  skipStep: (one, order, scene) => withStep(one, 'skip', order, scene),
  reopenStep: (one, order, scene) => withStep(one, 'reopen', order, scene),
  verify: (one, _, { now }) => ({
    ...one,
    verification: { ...one.verification, since: one.verification.since ?? now },
  }),
  proveEffective: (one, { reason = '' }, { by, now }) => ({
    ...one,
    verification: { ...one.verification, proof: { reason, by, at: now } },
  }),
  failEffectiveness: (one, _, scene) => doubted(one, scene),
  close: (one, _, { now }) => ({ ...one, closedAt: now }),
  cancel: (one, _, { now }) => ({ ...one, closedAt: now }),
  reopen: (one, _, scene) => {
    const reopened = { ...one, closedAt: null }
    return one.state === 'closed' && one.eightD ? doubted(reopened, scene) : reopened
  },
}

function disposed(one: Nonconformity, order: Order, { by, now }: Scene): Nonconformity {
  if (order.disposition === undefined) {
    throw new Refusal('DISPOSITION_MISSING', 'Say what becomes of how much, in `disposition`.')
  }
  const disposition = { ...order.disposition, reason: order.reason ?? '', by, at: now }
  return { ...one, dispositions: [...one.dispositions, disposition] }
}

/** The action did not work: from the cause on, everything is open again, with its days from now. */
function doubted(one: Nonconformity, { now, settings }: Scene): Nonconformity {
  const { failures } = one.verification
  const verification = { ...one.verification, since: null, proof: null, failures: failures + 1 }
  return { ...one, verification, steps: reopenedSteps(one.steps, doubtedSteps, now, settings) }
}
