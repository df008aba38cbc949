import { type Context, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { nowText } from '../calls/instant-text.ts'
import type { DocumentPort } from '../documents/document-port.ts'
import { remindOne, waits } from '../recipients/invitations.ts'
import { documentPart, unknownDocument } from '../recipients/signer-document.ts'
import { acting, send, takeBack } from './commands.ts'
import { type CreateInput, createEnvelope, requireOne } from './create-envelope.ts'
import { envelopes, toSign } from './envelope-list.ts'
import { changeEnvelope, requireEnvelope, requireRevision } from './envelope-store.ts'
import { envelopeView } from './envelope-view.ts'
import { goOn } from './go-on.ts'
import { later } from './later.ts'

const createFromTemplate = (port: DocumentPort) => async (input: CreateInput, ctx: Context) =>
  envelopeView(await createEnvelope(ctx, port, input))

interface SeenInput {
  readonly envelope: string
  readonly revision?: number
}

/** Sent once; who sends it again is answered how it stands. */
const sendEnvelope = (port: DocumentPort) => async (input: SeenInput, ctx: Context) => {
  await sendNow(ctx, input.envelope, actorOf(ctx), input.revision)
  return envelopeView(await goOn(ctx, port, input.envelope))
}

export async function sendNow(ctx: Context, id: string, who: string, seen?: number): Promise<void> {
  const { state } = await requireEnvelope(ctx, id)
  if (state === 'sent' || state === 'partly-signed') return
  await later(ctx, id)
  await changeEnvelope(ctx, id, (now) => {
    requireRevision(now, seen)
    return send(now, { at: nowText(ctx), who })
  })
}

async function envelope(
  input: { readonly envelope?: string; readonly orderId?: string },
  ctx: Context,
) {
  return envelopeView(await requireOne(ctx, input))
}

async function voidEnvelope(input: SeenInput & { readonly reason: string }, ctx: Context) {
  const ended: string[] = []
  const after = await changeEnvelope(ctx, input.envelope, (now) => {
    requireRevision(now, input.revision)
    ended.push(...now.recipients.flatMap(({ links }) => links))
    return takeBack(now, input.reason, { at: nowText(ctx), who: actorOf(ctx) })
  })
  for (const id of ended) await ctx.links.revoke(id)
  return envelopeView(after)
}

/** A person may be asked again after an hour, and no more often than the policy says. */
const BETWEEN_MS = 3_600_000

async function remind({ envelope: id }: { readonly envelope: string }, ctx: Context) {
  const now = await requireEnvelope(ctx, id)
  const before = ctx.now() - BETWEEN_MS
  const due = acting(now).filter(
    (one) => waits(one) && Date.parse(one.remindedAt ?? one.notifiedAt ?? now.createdAt) <= before,
  )
  let reminded = 0
  for (const one of due) {
    if (one.reminders < now.policy.maxReminders && (await remindOne(ctx, now, one))) reminded += 1
  }
  return { reminded }
}

interface ReadInput {
  readonly envelope: string
  readonly document: string
  /** Of an earlier revision; the newest, when absent. */
  readonly revision?: number
  readonly offset?: number
}

/** A part of a document for users and apps; what signers read, they read by their own links. */
async function readDocument(
  { envelope: id, document, revision, offset = 0 }: ReadInput,
  ctx: Context,
) {
  const found = (await requireEnvelope(ctx, id)).documents.find((one) => one.document === document)
  if (found === undefined) throw unknownDocument(document)
  const wanted = revision ?? found.revision
  const { rows } = await ctx.db.query<{ sha256: string }>(
    'select sha256 from document_revisions where tenant = $1 and envelope = $2 and document = $3 and revision = $4',
    [ctx.tenant, id, document, wanted],
  )
  if (rows[0] === undefined) {
    throw new Refusal(
      'DOCUMENT_UNKNOWN',
      `Document ${document} has no revision ${wanted}: its newest is ${found.revision}.`,
    )
  }
  const { name } = found
  return { document, name, revision: wanted, ...(await documentPart(ctx, rows[0].sha256, offset)) }
}

export function envelopeOperations(port: DocumentPort) {
  return {
    createFromTemplate: createFromTemplate(port),
    send: sendEnvelope(port),
    envelope,
    envelopes,
    toSign,
    void: voidEnvelope,
    remind,
    readDocument,
  }
}
