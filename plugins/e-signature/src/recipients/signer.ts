import { type Context, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { recipientOf } from '../envelopes/commands.ts'
import type { Envelope, Recipient } from '../envelopes/envelope.ts'

export interface SignerInput {
  readonly envelope: string
  readonly recipient: string
}

/**
 * The recipient, where it is he who calls: by a link that was made for him and is still his, or as the user that he is. An app
 * never is, whatever it may do otherwise: nobody signs for somebody.
 * @throws Refusal SIGNER_ONLY
 */
export function requireSigner(
  envelope: Envelope,
  { recipient: id }: SignerInput,
  { principal }: Pick<Context, 'principal'>,
): Recipient {
  const recipient = recipientOf(envelope, id)
  const isByLink =
    principal.kind === 'link' &&
    (recipient.doors.includes(principal.id) || recipient.links.includes(principal.id))
  const isUser =
    recipient.user !== undefined &&
    principal.kind === 'user' &&
    recipient.user === actorOf({ principal })
  if (isByLink || isUser) return recipient
  throw new Refusal(
    'SIGNER_ONLY',
    'Only the signer may do this: by his own link, or signed in as himself.',
  )
}

/** As evidence names him: who he says he is, and by which door he came. */
export function signerName({ recipient }: Recipient, ctx: Pick<Context, 'principal'>): string {
  return `recipient:${recipient} by ${actorOf(ctx)}`
}
