import type { Context } from '@signalbox/sdk'
import { nowText } from '../calls/instant-text.ts'
import { told } from '../envelopes/change.ts'
import { acting } from '../envelopes/commands.ts'
import { type Envelope, type Recipient, withRecipient } from '../envelopes/envelope.ts'
import { isOpen } from '../envelopes/envelope-states.ts'
import { changeEnvelope, requireEnvelope } from '../envelopes/envelope-store.ts'
import { blankOf, filledBy } from '../templates/template.ts'
import { maskMail, maskPhone } from './mask.ts'
import { requireSigner, type SignerInput, signerName } from './signer.ts'

const ACTIONS = {
  document: 'signerDocument',
  code: 'signerCode',
  sign: 'signerSign',
  reject: 'signerReject',
  delegate: 'signerDelegate',
} as const

type Action = keyof typeof ACTIONS

/** Long enough to read a contract; who takes longer opens his own link again. */
const ACTION_TTL_S = 4 * 3600
/** Of three devices at once, or three looks. */
const MOST_LINKS = 15

/**
 * What a signer is shown, with links by which he acts: made now, short-lived, and known to him alone. The first look is an
 * event; who looks later only looks.
 */
export async function signerView(input: SignerInput, ctx: Context) {
  const seen = await requireEnvelope(ctx, input.envelope)
  const recipient = requireSigner(seen, input, ctx)
  const isActing = acting(seen).some((one) => one.recipient === recipient.recipient)
  const made =
    ctx.principal.kind === 'link'
      ? await makeLinks(ctx, input, actionsOf(seen, recipient, isActing))
      : []
  let old: readonly string[] = []
  const envelope = await changeEnvelope(ctx, input.envelope, (now) => {
    const one = requireSigner(now, input, ctx)
    const links = [...one.links, ...made.map(({ id }) => id)]
    old = links.slice(0, -MOST_LINKS)
    const kept = { links: links.slice(-MOST_LINKS) }
    return viewed(now, one, kept, nowText(ctx), ctx)
  })
  for (const id of old) await ctx.links.revoke(id)
  const urls = Object.fromEntries(made.map(({ action, url }) => [action, url]))
  return { ...shown(envelope, requireSigner(envelope, input, ctx)), links: urls }
}

function viewed(now: Envelope, one: Recipient, kept: Partial<Recipient>, at: string, ctx: Context) {
  const isFirst = one.viewedAt === undefined && isOpen(now.state)
  if (!isFirst) return { envelope: withRecipient(now, one.recipient, kept), notes: [], events: [] }
  const isTold = one.state === 'notified' || one.state === 'waiting'
  const change = { ...kept, viewedAt: at, ...(isTold ? ({ state: 'viewed', at } as const) : {}) }
  const documents = now.documents.map(({ document, sha256 }) => ({ document, sha256 }))
  return {
    envelope: withRecipient(now, one.recipient, change),
    notes: [
      { what: 'viewed', who: signerName(one, ctx), data: { recipient: one.recipient, documents } },
    ],
    events: [told(now, 'signature.envelope.viewed', at, { recipient: one.recipient })],
  }
}

function actionsOf(
  { policy }: Envelope,
  { signing, kind, email, phone }: Recipient,
  isActing: boolean,
): readonly Action[] {
  if (!isActing || signing !== undefined || kind === 'seal') return ['document']
  const hasCode =
    (policy.proofs.includes('mail-code') && email !== undefined) ||
    (policy.proofs.includes('sms-code') && phone !== undefined)
  const more: readonly Action[] = [
    ...(hasCode ? (['code'] as const) : []),
    ...(policy.mayDelegate ? (['delegate'] as const) : []),
  ]
  return ['document', 'sign', 'reject', ...more]
}

async function makeLinks(
  ctx: Context,
  { envelope, recipient }: SignerInput,
  actions: readonly Action[],
) {
  return Promise.all(
    actions.map(async (action) => {
      const operation = `signature.envelopes/${ACTIONS[action]}`
      const { id, url } = await ctx.links.share(
        operation,
        { envelope, recipient },
        { ttlS: ACTION_TTL_S },
      )
      return { action, id, url }
    }),
  )
}

/** Nothing of the others but who they are and what they did: no address, no link. */
function shown(envelope: Envelope, recipient: Recipient) {
  const { policy, title, state, expiresAt, createdBy } = envelope
  const { email, phone, role } = recipient
  const isActing = acting(envelope).some((one) => one.recipient === recipient.recipient)
  return {
    ...{ envelope: envelope.envelope, recipient: recipient.recipient, name: recipient.name },
    ...{ kind: recipient.kind, title, state, own: recipient.state, expiresAt, sender: createdBy },
    mayAct: isActing && recipient.signing === undefined,
    isSigning: recipient.signing !== undefined,
    proofs: policy.proofs,
    sendsTo: {
      ...(email === undefined ? {} : { mail: maskMail(email) }),
      ...(phone === undefined ? {} : { sms: maskPhone(phone) }),
    },
    consent: policy.consent,
    documents: envelope.documents.map(({ document, name, sha256, size, pages }) => ({
      ...{ document, name, sha256, size, pages, isRead: recipient.read[document] !== undefined },
    })),
    confirms: envelope.documents.map(({ document, sha256 }) => ({ document, sha256 })),
    fields: envelope.documents.flatMap(({ document, fields }) =>
      filledBy(fields, role).map(({ field, kind, required = false }) => ({
        ...{ document, field, kind, required },
      })),
    ),
    blank: blankOf(
      envelope.documents.flatMap(({ fields }) => fields),
      role,
    ),
    others: envelope.recipients
      .filter((one) => one !== recipient)
      .map(({ name, kind, organisation, state: theirs }) => ({
        ...{ name, kind, state: theirs },
        ...(organisation === undefined ? {} : { organisation }),
      })),
  }
}
