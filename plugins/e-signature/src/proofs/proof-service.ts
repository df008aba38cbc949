import { type Context, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import type { OtherProofs } from '../recipients/prove.ts'
import {
  passkeyOptions,
  proveByPasskey,
  registerPasskey,
  signerChallenge,
} from './passkey-proof.ts'
import { findProofs, takeProof } from './proof-store.ts'
import { confirmTotp, enrolTotp, proveByTotp } from './totp-proof.ts'

/** What the user who asks has enrolled; no secret of it. */
async function proofs(_: unknown, ctx: Context) {
  const account = actorOf(ctx)
  const [apps, passkeys] = await Promise.all([
    findProofs(ctx, { account, proof: 'totp' }),
    findProofs(ctx, { account, proof: 'passkey' }),
  ])
  return {
    items: [
      ...apps.map(({ id, isConfirmed }) => ({ proof: 'totp', id, isConfirmed })),
      ...passkeys.map(({ id, isConfirmed }) => ({ proof: 'passkey', id, isConfirmed })),
    ],
  }
}

async function removeProof(
  { proof, id }: { readonly proof: 'totp' | 'passkey'; readonly id: string },
  ctx: Context,
) {
  const removed = await takeProof(ctx, { account: actorOf(ctx), proof }, id)
  if (removed) return { removed }
  throw new Refusal('PROOF_NOT_ENROLLED', `You have no ${proof} ${id}.`)
}

export const proofOperations = {
  ...{ proofs, removeProof, enrolTotp, confirmTotp },
  ...{ passkeyOptions, registerPasskey, signerChallenge },
}

export const enrolledProofs: OtherProofs = { totp: proveByTotp, passkey: proveByPasskey }
