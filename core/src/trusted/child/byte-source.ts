import { Readable } from 'node:stream'

interface Next {
  readonly done?: boolean | undefined
  readonly value?: unknown
}

/** A plugin's answer of bytes, whatever it came as. */
export interface ByteSource {
  readonly fileName: string
  readonly next: () => Promise<Next>
  /** Ends it, also while a `next` is under way. Resolves when it has let go; may never, if it is stuck. */
  readonly stop: () => Promise<unknown>
}

/** @returns undefined: there are no bytes in it */
export function byteSource(answer: unknown): ByteSource | undefined {
  const bare = sourceOf(answer)
  if (bare !== undefined) return { ...bare, fileName: '' }
  if (typeof answer !== 'object' || answer === null) return undefined
  const { body, fileName } = answer as { readonly body?: unknown; readonly fileName?: unknown }
  const source = sourceOf(body)
  if (source === undefined) return undefined
  return { ...source, fileName: typeof fileName === 'string' ? fileName : '' }
}

function sourceOf(body: unknown): Omit<ByteSource, 'fileName'> | undefined {
  // Through its reader: an iterator of it would wait for the next piece before it lets go.
  if (body instanceof ReadableStream) {
    const reader = body.getReader()
    return { next: () => reader.read(), stop: () => reader.cancel() }
  }
  if (typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body)) return undefined
  const iterator = (body as AsyncIterable<unknown>)[Symbol.asyncIterator]()
  return {
    next: async () => iterator.next(),
    stop: async () => {
      if (body instanceof Readable) body.destroy()
      await iterator.return?.()
    },
  }
}

/** @returns undefined: it is no piece of bytes */
export function pieceOf(value: unknown): Uint8Array | undefined {
  if (typeof value === 'string') return Buffer.from(value, 'utf8')
  return value instanceof Uint8Array ? value : undefined
}
