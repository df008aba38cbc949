import { type Context, Refusal } from '@signalbox/sdk'
import { nowText } from '../calls/instant-text.ts'
import { requireTurn } from '../envelopes/commands.ts'
import { type Recipient, withRecipient } from '../envelopes/envelope.ts'
import { changeEnvelope } from '../envelopes/envelope-store.ts'
import { line } from './invitations.ts'
import { maskMail, maskPhone } from './mask.ts'
import { CODE_TTL_MS, drawCode, type KeptCode, keepCode, maySend } from './one-time-code.ts'
import { codeScene } from './prove.ts'
import { requireSigner, type SignerInput, signerName } from './signer.ts'

interface CodeInput extends SignerInput {
  readonly channel: 'mail' | 'sms'
}

const SALT_BYTES = 16

/** Sends a code to the address that the sender gave, never to one that whoever has the link names. */
export async function signerCode(input: CodeInput, ctx: Context) {
  const { channel } = input
  const code = drawCode(() => crypto.getRandomValues(new Uint32Array(1))[0] as number)
  const salt = Array.from(crypto.getRandomValues(new Uint8Array(SALT_BYTES)), (one) =>
    one.toString(16).padStart(2, '0'),
  ).join('')
  const envelope = await changeEnvelope(ctx, input.envelope, (now) => {
    const one = requireSigner(now, input, ctx)
    requireTurn(now, one)
    if (!now.policy.proofs.includes(`${channel}-code`)) {
      throw new Refusal(
        'PROOF_NOT_ALLOWED',
        `The policy of this envelope takes no code by ${channel}.`,
      )
    }
    const to = addressOf(one, channel)
    const kept = keepCode(
      code,
      { channel, salt, ...sendable(one.code, ctx.now()) },
      codeScene(now, one, ctx),
    )
    return {
      envelope: withRecipient(now, one.recipient, { code: kept }),
      notes: [
        {
          what: 'code-sent',
          who: signerName(one, ctx),
          data: { recipient: one.recipient, channel, to: to.masked },
        },
      ],
      events: [],
    }
  })
  const recipient = requireSigner(envelope, input, ctx)
  const { address, masked } = addressOf(recipient, channel)
  const minutes = CODE_TTL_MS / 60_000
  await ctx.notify.send({
    ...{ channel, to: [address], subject: line(`验证码 Code: ${envelope.title}`) },
    text: `验证码 ${code}，${minutes} 分钟内有效，用于签署《${envelope.title}》。请勿告诉他人。\n\n${code} is your code to sign “${envelope.title}”, good for ${minutes} minutes. Tell nobody.`,
  })
  return { sentTo: masked, expiresAt: recipient.code?.expiresAt ?? nowText(ctx) }
}

/** @throws Refusal CODE_LOCKED, CODE_TOO_SOON */
function sendable(kept: KeptCode | undefined, now: number) {
  const verdict = maySend(kept, now)
  if (verdict.may)
    return { sends: verdict.sends, countedFrom: verdict.countedFrom, attempts: kept?.attempts ?? 0 }
  if (verdict.why === 'locked') {
    throw new Refusal(
      'CODE_LOCKED',
      `Too many wrong codes: ask for a new one after ${verdict.until}.`,
    )
  }
  throw new Refusal(
    'CODE_TOO_SOON',
    `A code was sent: the next one can be sent after ${verdict.until}.`,
  )
}

/** @throws Refusal PROOF_NOT_ALLOWED */
function addressOf({ email, phone }: Recipient, channel: 'mail' | 'sms') {
  const address = channel === 'mail' ? email : phone
  if (address === undefined) {
    throw new Refusal('PROOF_NOT_ALLOWED', `The sender gave no address for codes by ${channel}.`)
  }
  return { address, masked: channel === 'mail' ? maskMail(address) : maskPhone(address) }
}
