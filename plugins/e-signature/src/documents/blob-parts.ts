import { type BlobHead, type Context, Refusal } from '@signalbox/sdk'

export type BlobPort = Pick<Context, 'blobs'>

/** What the host puts a file together of: a whole file of the plugin, or bytes. */
export type BlobPart = { readonly sha256: string } | Uint8Array

/** What one host call carries. */
export const PART_BYTES = 184_320
/** All messages of one call of a handler are bounded by 8 MiB of text: a document is read once within it, as base64. */
const MAX_DOCUMENT_BYTES = 5 * 1024 * 1024

/** A whole file. @throws Refusal DOCUMENT_MISSING, DOCUMENT_TOO_LARGE */
export async function readBlob({ blobs }: BlobPort, sha256: string): Promise<Uint8Array> {
  const head = await blobs.stat(sha256)
  if (head === null) {
    throw new Refusal(
      'DOCUMENT_MISSING',
      `There is no file ${sha256}: send it first by uploadDocument.`,
    )
  }
  requireSize(head.size)
  const bytes = new Uint8Array(head.size)
  for (let offset = 0; offset < head.size; offset += PART_BYTES) {
    bytes.set(await blobs.get(sha256, { offset, length: PART_BYTES }), offset)
  }
  return bytes
}

/** @throws Refusal DOCUMENT_TOO_LARGE */
export function requireSize(size: number): void {
  if (size <= MAX_DOCUMENT_BYTES) return
  throw new Refusal(
    'DOCUMENT_TOO_LARGE',
    `The document has ${size} bytes: ${MAX_DOCUMENT_BYTES} are the most. Save it with smaller pictures.`,
  )
}

export async function writeBlob(
  { blobs }: BlobPort,
  bytes: Uint8Array,
  type: string,
): Promise<BlobHead> {
  if (bytes.length <= PART_BYTES) return blobs.put(bytes, { type })
  const writer = blobs.writer({ type })
  for (let offset = 0; offset < bytes.length; offset += PART_BYTES) {
    await writer.write(bytes.subarray(offset, offset + PART_BYTES))
  }
  return writer.finish()
}
