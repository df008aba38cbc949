import { type Context, Refusal } from '@signalbox/sdk'
import { PART_BYTES } from '../documents/blob-parts.ts'
import { encodeBase64 } from '../encoding/base64.ts'
import { withRecipient } from '../envelopes/envelope.ts'
import { changeEnvelope, requireEnvelope } from '../envelopes/envelope-store.ts'
import { requireSigner, type SignerInput, signerName } from './signer.ts'

interface DocumentInput extends SignerInput {
  readonly document: string
  /** Of the revision that he began to read: it may get signatures of others meanwhile. */
  readonly sha256?: string
  readonly offset?: number
}

/** Of a signer's four requests a second; each is a visit in the audit. */
const PARTS = 4

/** A part of a document for reading. That its end was sent is evidence: of that hash he has seen all. */
export async function signerDocument(input: DocumentInput, ctx: Context) {
  const envelope = await requireEnvelope(ctx, input.envelope)
  const recipient = requireSigner(envelope, input, ctx)
  const found = envelope.documents.find(({ document }) => document === input.document)
  if (found === undefined) throw unknownDocument(input.document)
  const sha256 = input.sha256 ?? found.sha256
  await requireRevisions(ctx, input.envelope, { [input.document]: sha256 })
  const read = await documentPart(ctx, sha256, input.offset ?? 0)
  if (read.next === undefined && recipient.read[input.document] === undefined) {
    await changeEnvelope(ctx, input.envelope, (now) => {
      const one = requireSigner(now, input, ctx)
      const data = { recipient: one.recipient, document: input.document, sha256 }
      return {
        envelope: withRecipient(now, one.recipient, {
          read: { ...one.read, [input.document]: sha256 },
        }),
        notes: [{ what: 'read', who: signerName(one, ctx), data }],
        events: [],
      }
    })
  }
  return { name: found.name, ...read }
}

/** Up to 720 KiB of a file, in base64. */
export async function documentPart(
  { blobs }: Pick<Context, 'blobs'>,
  sha256: string,
  offset: number,
) {
  const head = await blobs.stat(sha256)
  if (head === null)
    throw new Refusal('DOCUMENT_MISSING', `The file ${sha256} is not kept any more.`)
  const length = Math.max(0, Math.min(PARTS * PART_BYTES, head.size - offset))
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += PART_BYTES) {
    const part = { offset: offset + at, length: Math.min(PART_BYTES, length - at) }
    bytes.set(await blobs.get(sha256, part), at)
  }
  const next = offset + length
  return {
    sha256,
    size: head.size,
    offset,
    content: encodeBase64(bytes),
    ...(next < head.size ? { next } : {}),
  }
}

/**
 * That these are revisions of these documents, and no other file.
 * @throws Refusal DOCUMENT_NOT_SEEN
 */
export async function requireRevisions(
  { db, tenant }: Pick<Context, 'db' | 'tenant'>,
  envelope: string,
  hashes: Readonly<Record<string, string>>,
): Promise<void> {
  const { rows } = await db.query<{ document: string }>(
    `select distinct r.document from document_revisions r
      join jsonb_each_text($3::jsonb) as g (document, sha256) on g.document = r.document and g.sha256 = r.sha256
      where r.tenant = $1 and r.envelope = $2`,
    [tenant, envelope, JSON.stringify(hashes)],
  )
  const known = new Set(rows.map(({ document }) => document))
  const wrong = Object.keys(hashes).find((document) => !known.has(document))
  if (wrong === undefined) return
  throw new Refusal(
    'DOCUMENT_NOT_SEEN',
    `Document ${wrong} never was this file: open it again and send its \`sha256\`.`,
  )
}

export function unknownDocument(document: string): Refusal {
  return new Refusal('DOCUMENT_UNKNOWN', `The envelope has no document ${document}.`)
}
