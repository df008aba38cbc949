import { type Context, Refusal } from '@signalbox/sdk'
import { cursorInvalid } from '../calls/page-place.ts'
import { encodeBase64 } from '../encoding/base64.ts'
import { requireEnvelope } from '../envelopes/envelope-store.ts'
import { requireCertificate } from '../envelopes/go-on.ts'
import { certificateData } from './certificate-data.ts'
import { type ChainFault, checkEntries, EMPTY } from './chain.ts'
import { allEntries, entriesFrom } from './evidence-store.ts'

interface EvidenceInput {
  readonly envelope: string
  readonly limit?: number
  readonly cursor?: string
}

async function evidence({ envelope, limit = 50, cursor = '0' }: EvidenceInput, ctx: Context) {
  const from = Number(cursor)
  if (!/^\d{1,9}$/.test(cursor)) throw cursorInvalid()
  await requireEnvelope(ctx, envelope)
  const entries = await entriesFrom(ctx, envelope, from, limit + 1)
  const items = entries.slice(0, limit).map(({ seq, at, what, who, data, hash, previous }) => ({
    ...{ seq, at, what, who, data, hash, previous },
  }))
  return entries.length > limit ? { items, next: String(from + limit) } : { items }
}

const PAGE = 500

/**
 * Computes the whole chain anew, and that it ends where the envelope says that it ends.
 * @param head as a certificate of completion states it: what came later is then shown to go on from there
 */
async function verifyEvidence(
  {
    envelope: id,
    head: stated,
  }: {
    readonly envelope: string
    readonly head?: { readonly entries: number; readonly hash: string }
  },
  ctx: Context,
) {
  const envelope = await requireEnvelope(ctx, id)
  let head = EMPTY
  let fault: ChainFault | undefined
  let isStatedMet = stated === undefined || (stated.entries === 0 && stated.hash === EMPTY.hash)
  for (;;) {
    const entries = await entriesFrom(ctx, id, head.seq, PAGE)
    const passed = entries.find(
      ({ seq, hash }) => seq + 1 === stated?.entries && hash === stated.hash,
    )
    isStatedMet ||= passed !== undefined
    const checked = checkEntries(head, entries, ctx.hash)
    head = checked.head
    fault = checked.fault
    if (fault !== undefined || entries.length < PAGE) break
  }
  const isWhole =
    head.seq >= envelope.head.seq &&
    (head.seq > envelope.head.seq || head.hash === envelope.head.hash)
  if (fault === undefined && (!isWhole || !isStatedMet)) fault = { seq: head.seq, fault: 'cut-off' }
  const found = { envelope: id, entries: head.seq, head: head.hash }
  return fault === undefined ? { ...found, valid: true } : { ...found, valid: false, fault }
}

/** What the certificate of completion says, as data, and the file where it is made. */
async function completion(
  { envelope: id, offset = 0 }: { readonly envelope: string; readonly offset?: number },
  ctx: Context,
) {
  const envelope = await requireEnvelope(ctx, id)
  const sha256 = requireCertificate(envelope)
  const { entries, ...data } = certificateData(envelope, await allEntries(ctx, id))
  const head = await ctx.blobs.stat(sha256)
  if (head === null)
    throw new Refusal('DOCUMENT_MISSING', `The file ${sha256} is not kept any more.`)
  const bytes = await ctx.blobs.get(sha256, { offset, length: 184_320 })
  const next = offset + bytes.length
  return {
    ...{
      data,
      entries: entries.length,
      sha256,
      size: head.size,
      offset,
      content: encodeBase64(bytes),
    },
    ...(next < head.size ? { next } : {}),
  }
}

export const evidenceOperations = { evidence, verifyEvidence, completion }
