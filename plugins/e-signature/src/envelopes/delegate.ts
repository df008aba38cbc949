import { Refusal } from '@signalbox/sdk'
import type { Change, Scene } from './change.ts'
import { requireTurn } from './commands.ts'
import type { Envelope, Recipient } from './envelope.ts'
import { nextState } from './envelope-states.ts'
import { requireReachable } from './make-envelope.ts'

export interface Delegate {
  readonly name: string
  readonly email?: string
  readonly phone?: string
  readonly organisation?: string
  readonly user?: string
}

/** How often one role may be handed on: a signer who is somebody's delegate's delegate's delegate knows nothing of it. */
const MOST_HANDS = 3
const MOST_RECIPIENTS = 50

/**
 * Another person has the role from now on, and shows who he is by himself; that it was handed on, to whom and why stays.
 * @throws Refusal DELEGATE_NOT_ALLOWED, RECIPIENTS_INVALID
 */
export function delegate(
  envelope: Envelope,
  from: Recipient,
  to: Delegate,
  reason: string,
  { at, who }: Scene,
): Change {
  nextState(envelope, 'act')
  requireTurn(envelope, from)
  const { policy, recipients } = envelope
  if (!policy.mayDelegate || from.kind === 'seal') throw notAllowed('the sender wants you yourself')
  const hands = recipients.filter(({ role }) => role === from.role).length
  if (hands > MOST_HANDS) throw notAllowed(`it was handed on ${MOST_HANDS} times`)
  if (recipients.length >= MOST_RECIPIENTS)
    throw notAllowed(`the envelope has ${MOST_RECIPIENTS} recipients`)
  requireReachable(from, to, policy.proofs)
  const isSame = ({ email, phone, user, state }: Recipient) =>
    state !== 'delegated' &&
    ((email !== undefined && email.toLowerCase() === to.email?.toLowerCase()) ||
      (phone !== undefined && phone === to.phone) ||
      (user !== undefined && user === to.user))
  // Who has a part already would be two parties of one contract.
  if (recipients.some(isSame)) throw notAllowed('that person has a part in this envelope already')
  const id = `${from.recipient.split('.')[0]}.${hands + 1}`
  const fresh = { state: 'waiting', doors: [], links: [], read: {}, reminders: 0 } as const
  const next: Recipient = {
    ...to,
    ...fresh,
    recipient: id,
    role: from.role,
    kind: from.kind,
    order: from.order,
  }
  const handed = {
    ...from,
    state: 'delegated',
    at,
    delegate: id,
    reason,
    doors: [],
    links: [],
  } as const
  const changed = recipients.flatMap((one) =>
    one.recipient === from.recipient ? [handed, next] : [one],
  )
  const { name, email, phone } = to
  return {
    envelope: { ...envelope, recipients: changed },
    notes: [
      {
        what: 'delegated',
        who,
        data: { recipient: from.recipient, to: id, name, email, phone, reason },
      },
    ],
    events: [],
  }
}

function notAllowed(why: string): Refusal {
  return new Refusal('DELEGATE_NOT_ALLOWED', `You cannot hand this on: ${why}.`)
}
