import { type Context, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { nowText } from '../calls/instant-text.ts'
import { fromHex, toHex } from '../der/bytes.ts'
import type { Envelope, Identity, Recipient } from '../envelopes/envelope.ts'
import { requireEnvelope } from '../envelopes/envelope-store.ts'
import { type AssertionResponse, verifyAssertion } from '../passkeys/assertion.ts'
import { fromBase64Url, toBase64Url } from '../passkeys/base64url.ts'
import {
  type Passkey,
  type RegistrationResponse,
  verifyRegistration,
} from '../passkeys/registration.ts'
import { signingChallenge } from '../passkeys/signing-challenge.ts'
import type { GivenProof } from '../recipients/prove.ts'
import { requireSigner, type SignerInput } from '../recipients/signer.ts'
import { settingsOf } from '../settings.ts'
import { changeProof, findProofs, putProof, takeProof } from './proof-store.ts'

/** Bytes as text: what is kept goes through JSON. */
type Kept = Omit<Passkey, 'id' | 'aaguid' | 'spki'> & Readonly<Record<string, unknown>>

interface Begun {
  readonly challenge: string
  readonly at: string
}

const NONCE_BYTES = 32
/** WebAuthn Level 3 §15.1 recommends five to ten minutes. */
const CEREMONY_MS = 10 * 60_000

function demandsOf(ctx: Context, challenge: Uint8Array) {
  const { passkeys } = settingsOf(ctx.config)
  if (passkeys === undefined) {
    throw new Refusal(
      'PASSKEYS_NOT_SET_UP',
      'The tenant has not set `passkeys`: the name and the addresses of its pages.',
    )
  }
  return { ...passkeys, challenge, isUserVerificationRequired: true }
}

/** Begins to make a passkey of the user who asks. */
export async function passkeyOptions(_: unknown, ctx: Context) {
  const challenge = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const { rpId } = demandsOf(ctx, challenge)
  const details = { challenge: toHex(challenge), at: nowText(ctx) }
  await putProof(
    ctx,
    { account: actorOf(ctx), proof: 'registering' },
    { id: 'new', details, isConfirmed: false },
  )
  return { challenge: toBase64Url(challenge), rpId, user: actorOf(ctx) }
}

export async function registerPasskey(input: RegistrationResponse, ctx: Context) {
  const account = actorOf(ctx)
  const challenge = await taken(ctx, account, 'registering', 'new')
  const made = verifyRegistration(input, demandsOf(ctx, challenge))
  if (!made.valid) throw new Refusal('PASSKEY_REFUSED', `The passkey is not taken: ${made.fault}.`)
  const id = toBase64Url(made.passkey.id)
  await putProof(
    ctx,
    { account, proof: 'passkey' },
    { id, details: toKept(made.passkey), isConfirmed: true },
  )
  return { proof: 'passkey', id }
}

interface ChallengeInput extends SignerInput {
  readonly documents: readonly { readonly document: string; readonly sha256: string }[]
}

/** What a passkey shall agree to: this envelope, this signer, these files; it counts once. */
export async function signerChallenge(input: ChallengeInput, ctx: Context) {
  const envelope = await requireEnvelope(ctx, input.envelope)
  const { user } = requireSigner(envelope, input, ctx)
  const passkeys =
    user === undefined ? [] : await findProofs<Kept>(ctx, { account: user, proof: 'passkey' })
  if (user === undefined || passkeys.length === 0) throw missing()
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const documents = input.documents.map(({ sha256 }) => sha256)
  const { envelope: id, recipient } = input
  const challenge = signingChallenge({ envelope: id, recipient, documents, nonce })
  const { rpId } = demandsOf(ctx, challenge)
  const details = { challenge: toHex(challenge), at: nowText(ctx) }
  await putProof(
    ctx,
    { account: user, proof: 'agreeing' },
    { id: `${id} ${recipient} ${documents.join(' ')}`, details, isConfirmed: false },
  )
  return { challenge: toBase64Url(challenge), rpId, passkeys: passkeys.map((one) => one.id) }
}

export async function proveByPasskey(
  { passkey: given, seen = [] }: GivenProof,
  { user, recipient }: Recipient,
  { envelope }: Envelope,
  ctx: Context,
): Promise<Identity> {
  const answer = given as AssertionResponse | undefined
  if (user === undefined || answer === undefined) throw missing()
  const key = { account: user, proof: 'passkey' } as const
  const kept = (await findProofs<Kept>(ctx, key)).find(({ id }) => id === answer.id)
  if (kept === undefined) throw missing()
  const challenge = await taken(ctx, user, 'agreeing', `${envelope} ${recipient} ${seen.join(' ')}`)
  const said = verifyAssertion(answer, fromKept(kept.details), demandsOf(ctx, challenge))
  if (!said.valid)
    throw new Refusal('PASSKEY_REFUSED', `The passkey does not agree: ${said.fault}.`)
  const { counter, isBackedUp } = said
  await changeProof(ctx, key, { ...kept, details: { ...kept.details, counter, isBackedUp } })
  return { proof: 'passkey', at: nowText(ctx), by: `${user} ${kept.id}` }
}

/** A challenge is taken out by whoever answers it: a second answer finds none. @throws Refusal PASSKEY_REFUSED */
async function taken(
  ctx: Context,
  account: string,
  proof: 'registering' | 'agreeing',
  id: string,
): Promise<Uint8Array> {
  const begun = (await findProofs<Begun>(ctx, { account, proof })).find((one) => one.id === id)
  const isTaken = begun !== undefined && (await takeProof(ctx, { account, proof }, id))
  const isLate = begun !== undefined && ctx.now() > Date.parse(begun.details.at) + CEREMONY_MS
  if (begun === undefined || !isTaken || isLate) {
    throw new Refusal(
      'PASSKEY_REFUSED',
      'Its challenge is over, or is of other documents: ask for a new one.',
    )
  }
  return fromHex(begun.details.challenge)
}

function toKept(passkey: Passkey): object {
  return Object.fromEntries(
    Object.entries(passkey).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? { bytes: toBase64Url(value) } : value,
    ]),
  )
}

function fromKept(kept: Kept): Passkey {
  const isBytes = (value: unknown): value is { readonly bytes: string } =>
    typeof value === 'object' && value !== null && 'bytes' in value
  return Object.fromEntries(
    Object.entries(kept).map(([name, value]) => [
      name,
      isBytes(value) ? fromBase64Url(value.bytes) : value,
    ]),
  ) as unknown as Passkey
}

function missing(): Refusal {
  return new Refusal(
    'PROOF_NOT_ENROLLED',
    'You have no passkey yet: passkeyOptions and registerPasskey come first.',
  )
}
