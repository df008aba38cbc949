import { bytesOf } from './bytes-of.ts'
import { URLSearchParams } from './url-search-params.ts'
import { encodeUtf8, Utf8Decoder } from './utf8.ts'

export type BodyInit = string | ArrayBuffer | ArrayBufferView | URLSearchParams | null

/** The bytes of a body, and what kind they are when nobody says otherwise. */
interface Extracted {
  readonly bytes: Uint8Array
  readonly type: string | undefined
}

/** https://fetch.spec.whatwg.org/#bodyinit-safely-extract; streams, blobs and forms are not here. */
export function extractBody(init: BodyInit): Extracted {
  if (init instanceof URLSearchParams) {
    const type = 'application/x-www-form-urlencoded;charset=UTF-8'
    return { bytes: encodeUtf8(init.toString()), type }
  }
  if (ArrayBuffer.isView(init) || init instanceof ArrayBuffer) {
    return { bytes: bytesOf(init, 'A body').slice(), type: undefined }
  }
  return { bytes: encodeUtf8(`${init}`), type: 'text/plain;charset=UTF-8' }
}

/** https://fetch.spec.whatwg.org/#body-mixin, of bodies that are there as a whole: `body` itself is null. */
export class Body {
  readonly body = null
  readonly #bytes: Uint8Array | null
  #isUsed = false

  constructor(bytes: Uint8Array | null) {
    this.#bytes = bytes
  }

  get bodyUsed(): boolean {
    return this.#isUsed
  }

  async bytes(): Promise<Uint8Array> {
    this.checkUnused()
    this.#isUsed = this.#bytes !== null
    return this.#bytes?.slice() ?? new Uint8Array()
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer as ArrayBuffer
  }

  async text(): Promise<string> {
    const text = new Utf8Decoder(false).decode(await this.bytes(), true)
    return text.startsWith('\ufeff') ? text.slice(1) : text
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  /** @throws TypeError when it was read before. */
  checkUnused(): void {
    if (this.#isUsed) throw new TypeError('The body has been read already')
  }

  /** For a copy of the whole, and for the way to the host. */
  static bytesOf(body: Body): Uint8Array | null {
    return body.#bytes
  }
}
