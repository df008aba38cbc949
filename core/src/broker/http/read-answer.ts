import { pipeline, type Readable } from 'node:stream'
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib'

/** The host asks for these, and unpacks them: a guest would have to carry the code. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br, zstd'

const decoders: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
}

/** A server that packs a packed text packs it for us alone. */
const MAX_ENCODINGS = 2

/** Told by what it means, as a caller has a word of its own for each. */
export class AnswerTooLarge extends Error {}
export class AnswerEncodingUnknown extends Error {}

/**
 * Reads a body to its end, or leaves it, and its connection, where it grows too large. What was sent is counted,
 * and what came out of it: a few bytes can unpack to gigabytes.
 * @param encoding the header Content-Encoding, if there was one
 * @throws AnswerTooLarge, AnswerEncodingUnknown, and what the connection or a decoder throws
 */
export async function readAnswer(
  body: Readable,
  encoding: string | undefined,
  limit: number,
): Promise<{ readonly bytes: Buffer; readonly wasUnpacked: boolean }> {
  const names = encodingsOf(encoding)
  if (names === undefined) {
    body.on('error', () => undefined).destroy()
    throw new AnswerEncodingUnknown()
  }
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of unpacked(body, names, limit)) {
    length += (chunk as Buffer).length
    if (length > limit) throw new AnswerTooLarge()
    chunks.push(chunk as Buffer)
  }
  return { bytes: Buffer.concat(chunks, length), wasUnpacked: names.length > 0 }
}

/** Leaving the loop over it destroys the whole line of streams, the connection at its end included. */
function unpacked(body: Readable, names: readonly string[], limit: number): AsyncIterable<unknown> {
  if (names.length === 0) return body
  const counted = async function* (source: AsyncIterable<Buffer>) {
    let sent = 0
    for await (const chunk of source) {
      sent += chunk.length
      if (sent > limit) throw new AnswerTooLarge()
      yield chunk
    }
  }
  const unpackers = names.map((name) => (decoders[name] as () => NodeJS.ReadWriteStream)())
  // An error comes out of the last stream, where it is read.
  const streams = [body, counted, ...unpackers] as unknown as [Readable, NodeJS.WritableStream]
  return pipeline(streams, () => undefined) as unknown as Readable
}

/** In the order in which they are undone; undefined where one is not known. */
function encodingsOf(header: string | undefined): readonly string[] | undefined {
  const names = (header ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')
    .reverse()
  if (names.length > MAX_ENCODINGS) return undefined
  return names.every((name) => Object.hasOwn(decoders, name)) ? names : undefined
}
