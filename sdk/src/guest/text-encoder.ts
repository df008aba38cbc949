import { encodeInto, encodeUtf8 } from './utf8.ts'

/** https://encoding.spec.whatwg.org/#interface-textencoder */
export class TextEncoder {
  get encoding(): string {
    return 'utf-8'
  }

  encode(text = ''): Uint8Array<ArrayBuffer> {
    return encodeUtf8(`${text}`)
  }

  encodeInto(text: string, bytes: Uint8Array): { read: number; written: number } {
    if (!(bytes instanceof Uint8Array)) throw new TypeError('encodeInto writes into a Uint8Array')
    return encodeInto(`${text}`, bytes)
  }
}
