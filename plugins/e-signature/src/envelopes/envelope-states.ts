import { Refusal } from '@signalbox/sdk'

export type EnvelopeState =
  | 'draft'
  | 'sent'
  | 'partly-signed'
  | 'completed'
  | 'rejected'
  | 'expired'
  | 'voided'

export type EnvelopeCommand = 'send' | 'act' | 'sign' | 'complete' | 'reject' | 'expire' | 'void'

/**
 * States and what leads where. `act` is whatever leaves the state as it is: viewing, codes, delegating, reminding. Of the
 * four last states nothing leads on: what was signed, refused, taken back or late stays so.
 */
const envelopeStates: Readonly<
  Record<EnvelopeState, Readonly<Partial<Record<EnvelopeCommand, EnvelopeState>>>>
> = {
  draft: { send: 'sent', void: 'voided' },
  sent: {
    act: 'sent',
    sign: 'partly-signed',
    complete: 'completed',
    reject: 'rejected',
    expire: 'expired',
    void: 'voided',
  },
  'partly-signed': {
    act: 'partly-signed',
    sign: 'partly-signed',
    complete: 'completed',
    reject: 'rejected',
    expire: 'expired',
    void: 'voided',
  },
  completed: {},
  rejected: {},
  expired: {},
  voided: {},
}

/** @throws Refusal ENVELOPE_NOT_POSSIBLE */
export function nextState(
  { envelope, state }: { readonly envelope: string; readonly state: EnvelopeState },
  command: EnvelopeCommand,
): EnvelopeState {
  const next = envelopeStates[state][command]
  if (next !== undefined) return next
  throw new Refusal(
    'ENVELOPE_NOT_POSSIBLE',
    `Envelope ${envelope} is ${state}: to ${command} it is not possible any more.`,
  )
}

export function isOpen(state: EnvelopeState): boolean {
  return 'act' in envelopeStates[state]
}

/** Nothing leads on: signed by all, refused, late or taken back. */
export function isOver(state: EnvelopeState): boolean {
  return Object.keys(envelopeStates[state]).length === 0
}
