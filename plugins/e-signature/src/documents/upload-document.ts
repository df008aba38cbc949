import { type Context, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { nowText } from '../calls/instant-text.ts'
import { decodeBase64 } from '../encoding/base64.ts'
import { PART_BYTES, readBlob, requireSize, writeBlob } from './blob-parts.ts'
import type { DocumentPort } from './document-port.ts'

interface UploadInput {
  readonly name: string
  /** In base64. */
  readonly content: string
  /** Of an upload that goes on: what the part before answered. */
  readonly upload?: { readonly upload: string; readonly size: number }
  /** Whether this is the last part; absent: it is. */
  readonly last?: boolean
}

const PDF = 'application/pdf'

/** A PDF, whole or in parts. What nobody could sign is refused here, and not when it is sent. */
export function uploadDocument(port: DocumentPort) {
  return async ({ name, content, upload, last = true }: UploadInput, ctx: Context) => {
    const bytes = decodeBase64(content)
    if (bytes === undefined || bytes.length === 0) {
      throw new Refusal('DOCUMENT_INVALID', '`content` is not base64 of a part of a PDF.')
    }
    requireSize((upload?.size ?? 0) + bytes.length)
    if (upload === undefined && last) {
      const { pages } = await port.inspect(bytes, ctx)
      const { sha256, size } = await writeBlob(ctx, bytes, PDF)
      return keep(ctx, { sha256, size, name, pages })
    }
    const writer = ctx.blobs.writer(upload ?? { type: PDF })
    let progress = upload
    for (let offset = 0; offset < bytes.length; offset += PART_BYTES) {
      progress = await writer.write(bytes.subarray(offset, offset + PART_BYTES))
    }
    if (!last) return { upload: progress }
    const { sha256, size } = await writer.finish()
    const { pages } = await port.inspect(await readBlob(ctx, sha256), ctx)
    return keep(ctx, { sha256, size, name, pages })
  }
}

interface Uploaded {
  readonly sha256: string
  readonly size: number
  readonly name: string
  readonly pages: number
}

async function keep(ctx: Context, { sha256, size, name, pages }: Uploaded) {
  await ctx.db.query(
    `insert into uploads (tenant, sha256, name, size, pages, uploaded_at, uploaded_by) values ($1, $2, $3, $4, $5, $6, $7)
      on conflict (tenant, sha256) do update set name = excluded.name`,
    [ctx.tenant, sha256, name, size, pages, nowText(ctx), actorOf(ctx)],
  )
  return { document: { sha256, size, name, pages } }
}

/** @throws Refusal DOCUMENT_MISSING for files that did not come by uploadDocument, such as another's revisions */
export async function requireUploads(ctx: Context, hashes: readonly string[]): Promise<void> {
  const { rows } = await ctx.db.query<{ sha256: string }>(
    'select sha256 from uploads where tenant = $1 and sha256 = any($2)',
    [ctx.tenant, [...hashes]],
  )
  const known = new Set(rows.map(({ sha256 }) => sha256))
  const missing = hashes.find((one) => !known.has(one))
  if (missing === undefined) return
  throw new Refusal(
    'DOCUMENT_MISSING',
    `There is no document ${missing}: send it first by uploadDocument.`,
  )
}
