import { bytesOf } from './bytes-of.ts'
import { DOMException } from './dom-exception.ts'
import { seam } from './seam.ts'

/** https://www.w3.org/TR/webcrypto-2/#Crypto-method-getRandomValues */
const MAX_RANDOM_BYTES = 65_536

/** Kinds of integers; floating point numbers cannot be filled with bits. */
const integers = [
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
  ...[BigInt64Array, BigUint64Array],
]

type AlgorithmIdentifier = string | { readonly name: string }

const subtle = {
  /** https://www.w3.org/TR/webcrypto-2/#SubtleCrypto-method-digest: SHA-1, SHA-256, SHA-384, SHA-512. */
  async digest(algorithm: AlgorithmIdentifier, data: unknown): Promise<ArrayBuffer> {
    const bytes = bytesOf(data, 'crypto.subtle.digest').slice()
    const name = typeof algorithm === 'string' ? algorithm : algorithm?.name
    const digest = seam().digest(`${name}`.toUpperCase(), bytes)
    if (digest !== undefined) return digest.buffer as ArrayBuffer
    throw new DOMException(`A guest has no digest named ${name}`, 'NotSupportedError')
  },
}

/** Of https://www.w3.org/TR/webcrypto-2 what needs no key. Random numbers are those of the call's seed. */
export const crypto = {
  subtle,

  getRandomValues<View extends ArrayBufferView>(view: View): View {
    if (!integers.some((kind) => view instanceof kind)) {
      throw new DOMException('Only arrays of integers can be filled', 'TypeMismatchError')
    }
    if (view.byteLength > MAX_RANDOM_BYTES) {
      const message = `${view.byteLength} bytes at once; the limit is ${MAX_RANDOM_BYTES}`
      throw new DOMException(message, 'QuotaExceededError')
    }
    seam().fill(bytesOf(view, 'crypto.getRandomValues'))
    return view
  },

  /** RFC 9562, version 4. */
  randomUUID(): string {
    const bytes = new Uint8Array(16)
    seam().fill(bytes)
    bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
    let text = ''
    for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
    return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  },
}
