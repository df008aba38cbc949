import { type Context, Refusal } from '@signalbox/sdk'
import { nowText } from '../calls/instant-text.ts'
import { type Change, told } from '../envelopes/change.ts'
import {
  type Envelope,
  type Identity,
  type Recipient,
  without,
  withRecipient,
} from '../envelopes/envelope.ts'
import type { Proof } from '../policies/policy.ts'
import { maskMail, maskPhone } from './mask.ts'
import { type CodeVerdict, MAX_ATTEMPTS, tryCode } from './one-time-code.ts'
import { requireSigner, type SignerInput, signerName } from './signer.ts'

export interface GivenProof {
  readonly proof: Proof
  /** Of `mail-code`, `sms-code`, `totp`. */
  readonly code?: string
  /** Of `passkey`: what the browser answered. */
  readonly passkey?: unknown
  /** Of `passkey`: hashes of the documents that its challenge names. */
  readonly seen?: readonly string[]
}

/** Ways that need more than what stands in the envelope. */
export type OtherProofs = Readonly<
  Partial<
    Record<
      Proof,
      (
        given: GivenProof,
        recipient: Recipient,
        envelope: Envelope,
        ctx: Context,
      ) => Promise<Identity>
    >
  >
>

/** Who it is, and the envelope without what that spends; or what is kept of a try that failed, and what he is told. */
export type Proven =
  | { readonly identity: Identity; readonly envelope: Envelope }
  | { readonly refusal: Refusal; readonly change: Change | undefined }

/**
 * Who it is, by a way that the policy takes. A code is judged by the envelope as it stands where it is spent: a right one
 * goes with what he says in one change, and a wrong one is counted under the envelope's revision, so that a thousand at
 * once are as many tries.
 * @throws Refusal PROOF_NOT_ALLOWED, CODE_EXPIRED
 */
export async function prove(
  envelope: Envelope,
  input: SignerInput & { readonly identity: GivenProof },
  others: OtherProofs,
  ctx: Context,
): Promise<(now: Envelope) => Proven> {
  const { identity: given } = input
  const recipient = requireSigner(envelope, input, ctx)
  if (!envelope.policy.proofs.includes(given.proof)) {
    throw notAllowed(
      given.proof,
      `the policy asks for one of: ${envelope.policy.proofs.join(', ')}`,
    )
  }
  if (given.proof === 'mail-code' || given.proof === 'sms-code') {
    const { proof } = given
    return (now) => proveByCode(now, input, proof, ctx)
  }
  const identity = await otherIdentity(envelope, recipient, given, others, ctx)
  return (now) => ({ identity, envelope: now })
}

async function otherIdentity(
  envelope: Envelope,
  recipient: Recipient,
  given: GivenProof,
  others: OtherProofs,
  ctx: Context,
): Promise<Identity> {
  const at = nowText(ctx)
  const { kind, id } = ctx.principal
  if (given.proof === 'account') {
    if (kind !== 'user') throw notAllowed('account', 'nobody has signed in')
    return { proof: 'account', at, by: `user:${id}` }
  }
  if (given.proof === 'link') {
    if (kind !== 'link') throw notAllowed('link', 'nobody came by a link')
    return { proof: 'link', at, by: id }
  }
  const other = others[given.proof]
  if (other === undefined) throw notAllowed(given.proof, 'it is not set up')
  return other(given, recipient, envelope, ctx)
}

/** @throws Refusal CODE_EXPIRED */
function proveByCode(
  now: Envelope,
  input: SignerInput & { readonly identity: GivenProof },
  proof: 'mail-code' | 'sms-code',
  ctx: Context,
): Proven {
  const channel = proof === 'mail-code' ? 'mail' : 'sms'
  const one = requireSigner(now, input, ctx)
  if (one.code?.channel !== channel) {
    throw new Refusal('CODE_EXPIRED', 'No code was sent that way: ask for one.')
  }
  const verdict = tryCode(one.code, input.identity.code ?? '', codeScene(now, one, ctx))
  if (verdict.outcome !== 'right') {
    return { refusal: refusalOf(verdict), change: afterWrong(now, one, verdict, ctx) }
  }
  const recipients = now.recipients.map((each) =>
    each.recipient === one.recipient ? without(each, 'code') : each,
  )
  const { email = '', phone = '' } = one
  const by = channel === 'mail' ? maskMail(email) : maskPhone(phone)
  return { identity: { proof, at: nowText(ctx), by }, envelope: { ...now, recipients } }
}

function afterWrong(
  now: Envelope,
  one: Recipient,
  { outcome, kept, hasLocked }: CodeVerdict,
  ctx: Context,
): Change | undefined {
  if (outcome !== 'wrong' || kept === undefined) return undefined
  const at = nowText(ctx)
  const who = signerName(one, ctx)
  const { recipient } = one
  const attempts = hasLocked ? MAX_ATTEMPTS : kept.attempts
  const data = { recipient, attempts, locked: hasLocked }
  return {
    envelope: withRecipient(now, recipient, { code: kept }),
    notes: [{ what: hasLocked ? 'code-locked' : 'code-wrong', who, data }],
    events: hasLocked ? [told(now, 'signature.otp.failed', at, data)] : [],
  }
}

function refusalOf({ outcome, kept }: CodeVerdict): Refusal {
  if (outcome === 'expired')
    return new Refusal('CODE_EXPIRED', 'The code is over: ask for a new one.')
  if (kept?.lockedUntil !== undefined && (outcome === 'locked' || kept.attempts === 0)) {
    return new Refusal(
      'CODE_LOCKED',
      `Too many wrong codes: ask for a new one after ${kept.lockedUntil}.`,
    )
  }
  return new Refusal(
    'CODE_WRONG',
    `The code is wrong: ${MAX_ATTEMPTS - (kept?.attempts ?? 0)} more tries.`,
  )
}

export function codeScene(
  { envelope }: Envelope,
  { recipient }: Recipient,
  { now, hash }: Context,
) {
  return { now: now(), hash, context: `${envelope} ${recipient}` }
}

function notAllowed(proof: string, why: string): Refusal {
  return new Refusal('PROOF_NOT_ALLOWED', `You cannot show who you are by ${proof}: ${why}.`)
}
