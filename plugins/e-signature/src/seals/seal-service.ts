import { type Context, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { instantText, nowText } from '../calls/instant-text.ts'
import { readBlob } from '../documents/blob-parts.ts'
import type { DocumentPort } from '../documents/document-port.ts'
import { encodeBase64 } from '../encoding/base64.ts'
import { agree, recipientOf, requireTurn, signedBy } from '../envelopes/commands.ts'
import {
  type Envelope,
  type Recipient,
  type SealRequest,
  without,
  withRecipient,
} from '../envelopes/envelope.ts'
import { changeEnvelope, requireEnvelope } from '../envelopes/envelope-store.ts'
import { envelopeView } from '../envelopes/envelope-view.ts'
import { goOn, registered } from '../envelopes/go-on.ts'
import { later } from '../envelopes/later.ts'
import { keepImage } from '../recipients/signer-service.ts'
import { requirePerson, requireSecondPerson, requireUsable, type Seal } from './seal.ts'
import { findSeals, requireSeal, saveSeal } from './seal-store.ts'

interface SealInput extends Omit<Seal, 'image' | 'revision' | 'keepers' | 'state'> {
  /** PNG in base64; absent: the picture stays. */
  readonly image?: string
  readonly keepers?: readonly string[]
  readonly state?: Seal['state']
  readonly revision?: number
}

/** Registers a seal, or changes it; each change is kept with who made it. */
async function defineSeal(input: SealInput, ctx: Context) {
  const {
    revision = 0,
    image,
    keepers = [],
    state = 'active',
    validFrom,
    validUntil,
    ...rest
  } = input
  const [from, until] = [instantText(validFrom), instantText(validUntil)]
  if (until <= from)
    throw new Refusal('SEAL_INVALID', `The seal would end at ${until}, before it begins.`)
  if (new Set(keepers).size === 1) {
    throw new Refusal(
      'SEAL_INVALID',
      'One keeper alone could not lend it to himself: name none, or two and more.',
    )
  }
  const picture =
    image === undefined ? (await requireSeal(ctx, input.seal)).image : await keepImage(image, ctx)
  const seal = { ...rest, keepers, state, validFrom: from, validUntil: until, image: picture }
  return saveSeal(ctx, seal, revision, { at: nowText(ctx), who: actorOf(ctx) })
}

async function seals(_: unknown, ctx: Context) {
  return { items: await findSeals(ctx) }
}

async function sealImage({ seal }: { readonly seal: string }, ctx: Context) {
  const { image } = await requireSeal(ctx, seal)
  return {
    seal,
    sha256: image,
    type: 'image/png',
    content: encodeBase64(await readBlob(ctx, image)),
  }
}

interface UseInput {
  readonly envelope: string
  readonly recipient: string
  readonly reason: string
}

/** 用印申请: the first of two persons. He names the files that he wants sealed by what they are now. */
async function requestSeal({ envelope: id, recipient, reason }: UseInput, ctx: Context) {
  const by = actorOf(ctx)
  requirePerson(by)
  const at = nowText(ctx)
  const seal = await requireSeal(
    ctx,
    sealOf(recipientOf(await requireEnvelope(ctx, id), recipient)),
  )
  requireUsable(seal, at)
  const after = await changeEnvelope(ctx, id, (now) => {
    const one = recipientOf(now, recipient)
    requireTurn(now, one)
    if (one.sealRequest !== undefined) {
      throw new Refusal(
        'SEAL_ASKED_ALREADY',
        `${one.sealRequest.by} has asked for it: it waits for a second person.`,
      )
    }
    const sealRequest: SealRequest = { seal: seal.seal, by, at, reason }
    const data = {
      recipient,
      seal: seal.seal,
      holder: seal.holder,
      reason,
      documents: filesOf(now, one),
    }
    return {
      envelope: withRecipient(now, recipient, { sealRequest }),
      notes: [{ what: 'seal-asked', who: by, data }],
      events: [],
    }
  })
  return envelopeView(after)
}

interface DecideInput {
  readonly envelope: string
  readonly recipient: string
  readonly approve: boolean
  readonly reason?: string
}

/** 用印审批: the second person. What he lets be sealed is what stands in the envelope at that moment. */
const decideSeal = (port: DocumentPort) => async (input: DecideInput, ctx: Context) => {
  const { envelope: id, recipient, approve, reason } = input
  const who = actorOf(ctx)
  const at = nowText(ctx)
  const seal = await requireSeal(
    ctx,
    sealOf(recipientOf(await requireEnvelope(ctx, id), recipient)),
  )
  if (approve) {
    requireUsable(seal, at)
    await later(ctx, id)
  }
  await changeEnvelope(
    ctx,
    id,
    (now) => {
      const one = recipientOf(now, recipient)
      requireTurn(now, one)
      const request = one.sealRequest
      if (request === undefined) {
        throw new Refusal(
          'SEAL_NOT_ASKED',
          'Nobody has asked for the seal: requestSeal comes first.',
        )
      }
      requireSecondPerson(seal, request, who)
      const documents = filesOf(now, one)
      const data = { recipient, seal: seal.seal, askedBy: request.by, documents, reason }
      if (!approve) {
        const recipients = now.recipients.map((each) =>
          each.recipient === recipient ? without(each, 'sealRequest') : each,
        )
        return {
          envelope: { ...now, recipients },
          notes: [{ what: 'seal-refused', who, data }],
          events: [],
        }
      }
      const { consent } = now.policy
      const identity = { proof: 'account', at, by: who } as const
      const signing = {
        at,
        seen: documents,
        identity,
        consent: consent.version,
        seal: seal.seal,
        done: [],
      }
      const change = agree(now, one, signing, {}, { at, who })
      return { ...change, notes: [{ what: 'seal-approved', who, data }, ...change.notes] }
    },
    (change) => registered(ctx, change),
  )
  return envelopeView(await goOn(ctx, port, id, { recipient }))
}

function filesOf(envelope: Envelope, one: Recipient): Readonly<Record<string, string>> {
  return Object.fromEntries(
    signedBy(envelope, one).map(({ document, sha256 }) => [document, sha256]),
  )
}

/** @throws Refusal SEAL_UNKNOWN */
function sealOf({ recipient, seal }: Recipient): string {
  if (seal !== undefined) return seal
  throw new Refusal('SEAL_UNKNOWN', `Recipient ${recipient} is a person: he signs himself.`)
}

export function sealOperations(port: DocumentPort) {
  return { defineSeal, seals, sealImage, requestSeal, decideSeal: decideSeal(port) }
}
