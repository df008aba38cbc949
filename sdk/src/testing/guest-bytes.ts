import { callLimits } from '../host-calls/call-limits.ts'

/** A part of a blob or an asset, unchecked. */
export interface Part {
  readonly offset?: unknown
  readonly length?: unknown
}

interface Writing {
  readonly type?: unknown
  readonly upload?: unknown
  readonly size?: unknown
}

interface Composing {
  readonly type?: unknown
  readonly digests?: unknown
}

type Ask = (call: string, body: unknown) => Promise<unknown>

const { partBytes } = callLimits

/** `ctx.blobs` as the sandbox makes host calls of it; core/test/e2e/test-host.test.ts runs the same cases against both. */
export function guestBlobs(ask: Ask): object {
  return {
    put: async (data: unknown, options: Writing = {}) =>
      ask('blobs.put', { data: base64Of(givenBytes(data)), type: options.type }),
    compose: async (parts: unknown, options: Composing = {}) =>
      ask('blobs.compose', {
        parts: composeParts(parts),
        type: options.type,
        digests: options.digests,
      }),
    digest: async (parts: unknown, { digests }: Composing = {}) =>
      ask('blobs.digest', { parts: composeParts(parts), digests }),
    get: async (sha256: unknown, { offset, length }: Part = {}) =>
      readBytes(ask, 'blobs.get', { sha256, offset, length }),
    stat: (sha256: unknown) => ask('blobs.stat', { sha256 }),
    list: async ({ cursor, limit }: { cursor?: unknown; limit?: unknown } = {}) =>
      ask('blobs.list', { cursor, limit }),
    delete: (sha256: unknown) => ask('blobs.delete', { sha256 }),
    writer: (options: Writing = {}) => blobWriter(ask, options),
  }
}

export async function readBytes(ask: Ask, name: string, what: object): Promise<Uint8Array> {
  const { data } = (await ask(name, what)) as { readonly data: string }
  return new Uint8Array(Buffer.from(data, 'base64'))
}

/** Does one thing after the other: what was asked for after a failure fails with it. */
function blobWriter(ask: Ask, options: Writing): object {
  const { type } = options
  let { upload, size = 0 } = options
  let last: Promise<unknown> | undefined
  const inTurn = (work: () => Promise<unknown>): Promise<unknown> => {
    const before = last
    last = (async () => {
      await before
      return work()
    })()
    return last
  }
  const send = async (bytes: Uint8Array): Promise<object> => {
    for (let from = 0; from === 0 || from < bytes.length; from += partBytes) {
      const part = { offset: size, data: base64Of(bytes.subarray(from, from + partBytes)) }
      const body = upload === undefined ? { type, ...part } : { upload, ...part }
      const written = (await ask('blobs.write', body)) as Writing
      upload = written.upload
      size = written.size
    }
    return { upload, size }
  }
  return {
    write: async (data: unknown) => {
      const bytes = givenBytes(data)
      return inTurn(() => send(bytes))
    },
    finish: () =>
      inTurn(async () => {
        if (upload === undefined) await send(new Uint8Array(0))
        return ask('blobs.finish', { upload })
      }),
    abort: async () => {
      try {
        await last
      } catch {
        // Whatever ended it, its bytes are to go.
      }
      if (upload !== undefined) await ask('blobs.abort', { upload })
    },
  }
}

/** What is no bytes names a part of a blob. @throws TypeError for what is no list of parts */
function composeParts(parts: unknown): object[] {
  if (typeof parts !== 'object' || parts === null) throw new TypeError('Parts are an array')
  return Array.from(parts as ArrayLike<unknown>, (part) => {
    if (typeof part === 'string' || isBytes(part)) return { data: base64Of(givenBytes(part)) }
    if (typeof part !== 'object' || part === null) {
      throw new TypeError('A part is bytes, or { sha256, offset, length }')
    }
    const { sha256, offset, length } = part as Readonly<Record<string, unknown>>
    return { sha256, offset, length }
  })
}

/** A copy: what a handler changes later is not sent. @throws TypeError for what has no bytes */
function givenBytes(value: unknown): Uint8Array {
  if (typeof value === 'string') return new TextEncoder().encode(value)
  if (isBytes(value))
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice()
  throw new TypeError('Bytes are a string or a typed array over memory of a fixed size')
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

function isBytes(value: unknown): value is Uint8Array<ArrayBuffer> {
  const isView = ArrayBuffer.isView(value) && !(value instanceof DataView)
  return isView && value.buffer instanceof ArrayBuffer && !value.buffer.resizable
}
