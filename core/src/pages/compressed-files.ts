import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

export type Encoding = 'br' | 'gzip'

/** What siblings that a build compressed itself end in. */
export const siblingEnding: Readonly<Record<Encoding, string>> = { br: '.br', gzip: '.gz' }

/** Of all that is held; a large app has a megabyte, compressed. */
const MAX_BYTES = 32 * 1024 * 1024
/** Of one file, before it is compressed: it is whole in memory then. */
const MAX_FILE_BYTES = 4 * 1024 * 1024
/** A frame of TCP holds it all the same. */
const MIN_FILE_BYTES = 1024
/** Threads of Node's pool, which files and DNS need as well; who comes meanwhile is sent the file as it is. */
const MAX_AT_ONCE = 2
/** Nine tenths of what the best quality saves, in a twentieth of its time. */
const BROTLI_QUALITY = 5

const deflate = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY },
    }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes),
} as const satisfies Record<Encoding, (bytes: Buffer) => Promise<Buffer>>

/** Files by what is in them, compressed once a node while there is room; least recently used first out. */
export class CompressedFiles {
  readonly #held = new Map<string, Promise<Buffer>>()
  readonly #sizes = new Map<string, number>()
  #bytes = 0
  #running = 0

  /** @returns undefined: it is to be sent as it is */
  async of(
    { sha256, size }: { readonly sha256: string; readonly size: number },
    encoding: Encoding,
    read: () => Promise<Buffer>,
  ): Promise<Buffer | undefined> {
    if (size < MIN_FILE_BYTES || size > MAX_FILE_BYTES) return undefined
    const key = `${sha256} ${encoding}`
    const held = this.#held.get(key)
    if (held !== undefined) {
      this.#held.delete(key)
      this.#held.set(key, held)
      return held
    }
    if (this.#running >= MAX_AT_ONCE) return undefined
    return this.#make(key, encoding, read)
  }

  /** What is made anew for each answer, such as a page with its nonce: compressed and not held. */
  async once(bytes: Buffer, encoding: Encoding): Promise<Buffer | undefined> {
    const { length } = bytes
    if (length < MIN_FILE_BYTES || length > MAX_FILE_BYTES) return undefined
    if (this.#running >= MAX_AT_ONCE) return undefined
    this.#running += 1
    try {
      return await deflate[encoding](bytes)
    } finally {
      this.#running -= 1
    }
  }

  async #make(key: string, encoding: Encoding, read: () => Promise<Buffer>): Promise<Buffer> {
    this.#running += 1
    const making = read().then((bytes) => deflate[encoding](bytes))
    this.#held.set(key, making)
    try {
      const bytes = await making
      this.#sizes.set(key, bytes.length)
      this.#bytes += bytes.length
      this.#makeRoom()
      return bytes
    } catch (error) {
      this.#held.delete(key)
      throw error
    } finally {
      this.#running -= 1
    }
  }

  #makeRoom(): void {
    for (const key of this.#held.keys()) {
      if (this.#bytes <= MAX_BYTES) return
      const size = this.#sizes.get(key)
      // It is being made.
      if (size === undefined) continue
      this.#held.delete(key)
      this.#sizes.delete(key)
      this.#bytes -= size
    }
  }
}

/** What a client can read, best first (RFC 9110 §12.5.3). */
export function acceptedEncodings(header: string | undefined): readonly Encoding[] {
  const wishes = (header ?? '').split(',', 20).map((wish) => {
    const [name = '', ...parameters] = wish
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/)
    return { name, isRefused: parameters.some((one) => /^q=0(\.0*)?$/.test(one)) }
  })
  return (['br', 'gzip'] as const).filter((encoding) =>
    wishes.some(({ name, isRefused }) => name === encoding && !isRefused),
  )
}
