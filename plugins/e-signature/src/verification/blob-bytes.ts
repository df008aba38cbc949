import { type Context, Refusal } from '@signalbox/sdk'

type BlobPort = Pick<Context, 'blobs'>

/** What a host call may read at once, and how many calls may be open. */
const partBytes = 180 * 1024
const atOnce = 32

/** Beyond it a check would not end within its deadline: 16 MiB are a contract of some hundred scanned pages. */
const mostBytes = 16 << 20

/** The whole of a file of the plugin, in parts that are asked for beside each other. */
export async function blobBytes({ blobs }: BlobPort, sha256: string): Promise<Uint8Array> {
  const head = await blobs.stat(sha256)
  if (head === null) throw new Refusal('DOCUMENT_UNKNOWN', 'There is no file of that SHA-256.')
  if (head.size > mostBytes) {
    throw new Refusal('DOCUMENT_TOO_LARGE', `Files of up to ${mostBytes} bytes are verified.`)
  }
  const bytes = new Uint8Array(head.size)
  const offsets = Array.from(
    { length: Math.ceil(head.size / partBytes) },
    (_, at) => at * partBytes,
  )
  for (let first = 0; first < offsets.length; first += atOnce) {
    const parts = offsets.slice(first, first + atOnce).map(async (offset) => {
      bytes.set(await blobs.get(sha256, { offset, length: partBytes }), offset)
    })
    await Promise.all(parts)
  }
  return bytes
}
