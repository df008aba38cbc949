import { Refusal } from '@signalbox/sdk'
import type { Effectiveness } from './effectiveness.ts'
import { stepIds } from './eight-d-steps.ts'
import type { Guard } from './lifecycle.ts'
import type { Nonconformity } from './nonconformity.ts'

/** What a guard looks at beside the nonconformity itself. */
export interface GuardView {
  readonly reason?: string | undefined
  /** Of a disposition. */
  readonly quantity?: number | undefined
  readonly effectiveness: Effectiveness
}

type Check = (one: Nonconformity, view: GuardView) => void

/** Smaller differences of quantities are rounding of what was added up. */
const QUANTITY_TOLERANCE = 1e-9

export function quantityLeft({ quantity, dispositions }: Nonconformity): number {
  const disposed = dispositions.reduce((sum, one) => sum + one.quantity, 0)
  const left = quantity - disposed
  return Math.abs(left) <= QUANTITY_TOLERANCE * Math.max(1, quantity) ? 0 : left
}

function openSteps({ steps }: Nonconformity, but: readonly string[]): readonly string[] {
  const open = steps.filter(({ state }) => state === 'open').map(({ step }) => step)
  return stepIds.filter((step) => open.includes(step) && !but.includes(step))
}

function requireSteps(one: Nonconformity, but: readonly string[]): void {
  const open = openSteps(one, but)
  if (open.length > 0) {
    throw new Refusal('STEPS_OPEN', `Complete ${open.join(', ')} first.`)
  }
}

/** How each guard of the lifecycle is told; each throws the refusal that names the cure. */
export const guards: Readonly<Record<Guard, Check>> = {
  reason: (_, { reason }) => {
    if (reason === undefined || reason.trim() === '') {
      throw new Refusal('REASON_MISSING', 'Say why, in `reason`.')
    }
  },
  quantityLeft: (one, { quantity = 0 }) => {
    const left = quantityLeft(one)
    if (quantity > left + QUANTITY_TOLERANCE * Math.max(1, one.quantity)) {
      throw new Refusal(
        'DISPOSITION_EXCEEDS',
        `${left} ${one.unit} are left without a disposition; ${quantity} are more than that.`,
      )
    }
  },
  allDisposed: (one) => {
    const left = quantityLeft(one)
    if (left > 0) {
      throw new Refusal('DISPOSITION_INCOMPLETE', `Say what becomes of ${left} ${one.unit} first.`)
    }
  },
  actionsDone: (one) => requireSteps(one, ['D8']),
  allStepsDone: (one) => requireSteps(one, []),
  requestsSettled: ({ requests }) => {
    const open = requests.filter(({ state }) => state === 'issued' || state === 'replied')
    if (open.length > 0) {
      const ids = open.map(({ id }) => id).join(', ')
      throw new Refusal('REQUESTS_OPEN', `Accept or cancel the supplier's requests ${ids} first.`)
    }
  },
  effective: (_, { effectiveness: { verdict, accepted, needed, failedLot } }) => {
    if (verdict === 'proven') return
    const why =
      verdict === 'failed'
        ? `lot ${failedLot} was rejected for it again`
        : `${accepted} of ${needed} later lots were accepted so far`
    throw new Refusal(
      'EFFECTIVENESS_UNPROVEN',
      `The action is not shown to work: ${why}. Wait for lots, or prove it by \`proveEffective\` with a reason.`,
    )
  },
}
