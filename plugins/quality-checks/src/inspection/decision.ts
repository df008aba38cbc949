import { Refusal } from '@signalbox/sdk'
import type { Bucket, Quantities } from '../lots/quantities.ts'
import { minus, requireQuantity, sumOf } from '../lots/quantities.ts'
import type { Suggestion } from './suggestion.ts'

export type Disposition = 'use-as-is' | 'rework' | 'return' | 'scrap' | 'sort'

export interface DecisionLine {
  readonly from: Bucket
  readonly to: Exclude<Bucket, 'pending'>
  readonly quantity: number
  readonly disposition?: Disposition
  readonly serials?: readonly string[]
}

interface Movement {
  readonly from: Bucket
  readonly to: DecisionLine['to']
  /** Dispositions that it may have; without one a line may stand alone where `alone` says so. */
  readonly dispositions: readonly Disposition[]
  /** `clear`: what the plan accepts needs no disposition; `never`; `always`. */
  readonly alone: 'clear' | 'never' | 'always'
  /** A person says in words why. */
  readonly reason: 'with-disposition' | 'always' | 'never'
}

const concessions = ['use-as-is', 'rework', 'sort'] as const
const refusals = ['return', 'scrap', 'rework', 'sort'] as const

/** Every way that a quantity may go; what is not here is refused with DECISION_MOVE. */
export const movements: readonly Movement[] = [
  {
    from: 'pending',
    to: 'accepted',
    dispositions: concessions,
    alone: 'clear',
    reason: 'with-disposition',
  },
  { from: 'pending', to: 'hold', dispositions: [], alone: 'always', reason: 'always' },
  { from: 'pending', to: 'rejected', dispositions: refusals, alone: 'never', reason: 'always' },
  {
    from: 'hold',
    to: 'accepted',
    dispositions: concessions,
    alone: 'clear',
    reason: 'with-disposition',
  },
  { from: 'hold', to: 'rejected', dispositions: refusals, alone: 'never', reason: 'always' },
  { from: 'rejected', to: 'accepted', dispositions: concessions, alone: 'never', reason: 'always' },
  { from: 'accepted', to: 'hold', dispositions: [], alone: 'always', reason: 'always' },
  { from: 'accepted', to: 'rejected', dispositions: refusals, alone: 'never', reason: 'always' },
]

export interface Decision {
  readonly lines: readonly DecisionLine[]
  readonly reason: {
    readonly code: string
    readonly text: string
    /** Of a rule's reason, which is there in both languages. */
    readonly chinese?: string
  }
}

/**
 * The quantities after a decision. Lines are applied one after the other, each on what those before left.
 * @throws DECISION_MOVE, DISPOSITION_REQUIRED, DISPOSITION_UNFIT, REASON_REQUIRED, QUANTITY_INVALID, QUANTITY_EXCEEDED,
 * CONCESSION_REQUIRED
 */
export function applyDecision(
  quantities: Quantities,
  { lines, reason }: Decision,
  { clear }: Pick<Suggestion, 'clear'>,
): Quantities {
  let after = quantities
  for (const line of lines) {
    requireMovement(line, reason.text)
    const quantity = requireQuantity(line.quantity)
    if (quantity > after[line.from]) {
      throw new Refusal(
        'QUANTITY_EXCEEDED',
        `${quantity} cannot go from ${line.from} to ${line.to}: only ${after[line.from]} is ${line.from}.`,
      )
    }
    after = {
      ...after,
      [line.from]: minus(after[line.from], quantity),
      [line.to]: sumOf([after[line.to], quantity]),
    }
    requireClear(line, after, clear)
  }
  return after
}

function requireMovement({ from, to, disposition }: DecisionLine, reason: string): void {
  const movement = movements.find((row) => row.from === from && row.to === to)
  if (movement === undefined) {
    throw new Refusal('DECISION_MOVE', `What is ${from} cannot become ${to}.`)
  }
  if (disposition === undefined && movement.alone === 'never') {
    const choice = movement.dispositions.join(', ')
    throw new Refusal(
      'DISPOSITION_REQUIRED',
      `From ${from} to ${to} needs a disposition: ${choice}.`,
    )
  }
  if (disposition !== undefined && !movement.dispositions.includes(disposition)) {
    throw new Refusal('DISPOSITION_UNFIT', `${disposition} does not bring ${from} to ${to}.`)
  }
  const wantsReason =
    movement.reason === 'always' ||
    (movement.reason === 'with-disposition' && disposition !== undefined)
  if (wantsReason && reason.trim() === '') {
    throw new Refusal('REASON_REQUIRED', `From ${from} to ${to} needs a reason in words.`)
  }
}

/** Without a concession no more is accepted than the plan has cleared. */
function requireClear(line: DecisionLine, after: Quantities, clear: number): void {
  if (line.to !== 'accepted' || line.disposition !== undefined || after.accepted <= clear) return
  throw new Refusal(
    'CONCESSION_REQUIRED',
    `The plan clears ${clear} of the lot, and ${after.accepted} would be accepted: complete the sample, or give a disposition (${concessions.join(', ')}) and a reason.`,
  )
}
