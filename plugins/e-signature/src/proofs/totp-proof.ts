import { type Context, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { again } from '../calls/again.ts'
import { nowText } from '../calls/instant-text.ts'
import { fromHex, toHex } from '../der/bytes.ts'
import { told } from '../envelopes/change.ts'
import type { Envelope, Identity, Recipient } from '../envelopes/envelope.ts'
import { totpUri, verifyTotp } from '../one-time-codes/totp.ts'
import { LOCK_MS, MAX_ATTEMPTS } from '../recipients/one-time-code.ts'
import type { GivenProof } from '../recipients/prove.ts'
import { changeProof, type Enrolled, findProofs, putProof } from './proof-store.ts'

interface Secret {
  readonly secret: string
  /** Of the last code that was taken: each counts once. */
  readonly lastStep: number
}

/** RFC 4226 §4 asks for 128 bits and recommends 160. */
const SECRET_BYTES = 20
const APP = 'app'

export async function enrolTotp(_: unknown, ctx: Context) {
  const account = actorOf(ctx)
  const [known] = await findProofs<Secret>(ctx, { account, proof: 'totp' })
  if (known?.isConfirmed === true) {
    throw new Refusal(
      'PROOF_ENROLLED',
      'You have an authenticator app: remove it first by removeProof.',
    )
  }
  const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES))
  const details = { secret: toHex(secret), lastStep: -1 }
  await putProof(ctx, { account, proof: 'totp' }, { id: APP, details, isConfirmed: false })
  return { uri: totpUri({ secret }, 'Signalbox', ctx.principal.id) }
}

/** The app is the user's once it has shown a code. */
export async function confirmTotp({ code }: { readonly code: string }, ctx: Context) {
  await tryTotp(ctx, actorOf(ctx), code, false)
  return { proof: 'totp', isConfirmed: true }
}

export async function proveByTotp(
  { code = '' }: GivenProof,
  { user, recipient }: Recipient,
  envelope: Envelope,
  ctx: Context,
): Promise<Identity> {
  if (user === undefined) throw missing()
  await tryTotp(ctx, user, code, true, { envelope, recipient })
  return { proof: 'totp', at: nowText(ctx), by: user }
}

interface Where {
  readonly envelope: Envelope
  readonly recipient: string
}

/** Each try counts under the row's revision, whoever else tries at the time. */
function tryTotp(
  ctx: Context,
  account: string,
  code: string,
  isConfirmed: boolean,
  where?: Where,
): Promise<void> {
  const key = { account, proof: 'totp' } as const
  return again(async () => {
    const [kept] = await findProofs<Secret>(ctx, key)
    if (kept === undefined || (isConfirmed && !kept.isConfirmed)) throw missing()
    requireUnlocked(kept, ctx.now())
    const { secret, lastStep } = kept.details
    const step = verifyTotp({ secret: fromHex(secret) }, code, { at: ctx.now(), lastStep })
    if (step !== undefined) {
      const details = { secret, lastStep: step }
      return changeProof(ctx, key, {
        ...kept,
        details,
        isConfirmed: true,
        attempts: 0,
        lockedUntil: null,
      })
    }
    const attempts = kept.attempts + 1
    const locked = attempts >= MAX_ATTEMPTS
    const lockedUntil = locked ? new Date(ctx.now() + LOCK_MS).toISOString() : null
    await changeProof(
      ctx,
      key,
      { ...kept, attempts: locked ? 0 : attempts, lockedUntil },
      failed(ctx, where, attempts, locked),
    )
    throw new Refusal(
      'CODE_WRONG',
      'The code is wrong, or was used already: wait for the next one.',
    )
  })
}

function failed(ctx: Context, where: Where | undefined, attempts: number, locked: boolean) {
  if (!locked || where === undefined) return []
  const { envelope, recipient } = where
  return [told(envelope, 'signature.otp.failed', nowText(ctx), { recipient, attempts, locked })]
}

function requireUnlocked({ lockedUntil }: Enrolled<Secret>, now: number): void {
  if (lockedUntil === null || now >= Date.parse(lockedUntil)) return
  throw new Refusal('CODE_LOCKED', `Too many wrong codes: try again after ${lockedUntil}.`)
}

function missing(): Refusal {
  return new Refusal(
    'PROOF_NOT_ENROLLED',
    'You have no authenticator app yet: enrolTotp and confirmTotp come first.',
  )
}
