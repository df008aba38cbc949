import { base64Of, bytesOfBase64 } from './base64.ts'
import { givenBytes } from './bytes.ts'
import type { Call } from './call.ts'
import { guestLimits } from './guest-limits.ts'
import type { Primordials } from './primordials.ts'

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

/** Asks for bytes, of a blob or of an asset. */
export async function readBytes(
  p: Primordials,
  call: Call,
  name: string,
  what: object,
): Promise<Uint8Array> {
  const { data } = (await call.hostCall(name, what)) as { data: string }
  return bytesOfBase64(p, data)
}

/** `ctx.blobs`. What is given is read before the function returns: what a handler changes later is not sent. */
export function guestBlobs(p: Primordials, call: Call): object {
  const ask = (name: string, body: object) => call.hostCall(`blobs.${name}`, body)
  return {
    put: async (data: unknown, options: Writing = {}) =>
      ask('put', { data: base64Of(p, givenBytes(p, data)), type: options.type }),
    compose: async (parts: unknown, options: Composing = {}) =>
      ask('compose', {
        parts: composeParts(p, parts),
        type: options.type,
        digests: options.digests,
      }),
    digest: async (parts: unknown, { digests }: Composing = {}) =>
      ask('digest', { parts: composeParts(p, parts), digests }),
    get: async (sha256: unknown, { offset, length }: Part = {}) =>
      readBytes(p, call, 'blobs.get', { sha256, offset, length }),
    stat: (sha256: unknown) => ask('stat', { sha256 }),
    list: async ({ cursor, limit }: { cursor?: unknown; limit?: unknown } = {}) =>
      ask('list', { cursor, limit }),
    delete: (sha256: unknown) => ask('delete', { sha256 }),
    writer: (options: Writing = {}) => blobWriter(p, ask, options),
  }
}

/**
 * What is no bytes names a part of a blob. Bytes are read here, before the call goes out.
 * @throws TypeError for what is no list, or holds bytes that can change
 */
export function composeParts(p: Primordials, parts: unknown): object[] {
  if (typeof parts !== 'object' || parts === null) throw new p.TypeError('Parts are an array')
  const { length } = parts as { readonly length: unknown }
  const told: object[] = []
  for (let index = 0; index < +(length as number); index++) {
    const part = (parts as readonly unknown[])[index]
    const isBytes = typeof part === 'string' || p.bytes.viewed(part) !== undefined
    const one = isBytes ? { data: base64Of(p, givenBytes(p, part)) } : composePart(p, part)
    p.define(told, index, one, false)
  }
  return told
}

export function composePart(p: Primordials, part: unknown): object {
  if (typeof part !== 'object' || part === null) {
    throw new p.TypeError('A part is bytes, or { sha256, offset, length }')
  }
  const { sha256, offset, length } = part as Record<string, unknown>
  return { sha256, offset, length }
}

/** Does one thing after the other: what was asked for after a failure fails with it. */
export function blobWriter(
  p: Primordials,
  ask: (name: string, body: object) => Promise<unknown>,
  options: Writing,
): object {
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
    for (let from = 0; from === 0 || from < bytes.length; from += guestLimits.partBytes) {
      const data = base64Of(p, p.bytes.part(bytes, from, from + guestLimits.partBytes))
      const body =
        upload === undefined ? { type, offset: size, data } : { upload, offset: size, data }
      const written = (await ask('write', body)) as Writing
      upload = written.upload
      size = written.size
    }
    return { upload, size }
  }
  return {
    write: async (data: unknown) => {
      const bytes = new p.Uint8Array(givenBytes(p, data))
      return inTurn(() => send(bytes))
    },
    finish: () =>
      inTurn(async () => {
        if (upload === undefined) await send(new p.Uint8Array(0))
        return ask('finish', { upload })
      }),
    abort: async () => {
      try {
        await last
      } catch {
        // Whatever ended it, its bytes are to go.
      }
      if (upload !== undefined) await ask('abort', { upload })
    },
  }
}
