import { bytesOf } from './bytes-of.ts'
import { Utf8Decoder } from './utf8.ts'

/** The labels of https://encoding.spec.whatwg.org/#names-and-labels, of the encodings that are here. */
const labels: Readonly<Record<string, readonly string[]>> = {
  'utf-8': [
    'unicode-1-1-utf-8',
    'unicode11utf8',
    'unicode20utf8',
    'utf-8',
    'utf8',
    'x-unicode20utf8',
  ],
  'utf-16le': [
    'csunicode',
    'iso-10646-ucs-2',
    'ucs-2',
    'unicode',
    'unicodefeff',
    'utf-16',
    'utf-16le',
  ],
  'utf-16be': ['unicodefffe', 'utf-16be'],
  'windows-1252': [
    ...['ansi_x3.4-1968', 'ascii', 'cp1252', 'cp819', 'csisolatin1', 'ibm819', 'iso-8859-1'],
    ...['iso-ir-100', 'iso8859-1', 'iso88591', 'iso_8859-1', 'iso_8859-1:1987', 'l1', 'latin1'],
    ...['us-ascii', 'windows-1252', 'x-cp1252'],
  ],
}

/** What 0x80 to 0x9F are in windows-1252; the other bytes are code points of their own number. */
const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'

interface Decoding {
  decode(bytes: Uint8Array, isLast: boolean): string
}

/** https://encoding.spec.whatwg.org/#interface-textdecoder, for UTF-8, UTF-16 and windows-1252 ("latin1"). */
export class TextDecoder {
  readonly #encoding: string
  readonly #isFatal: boolean
  readonly #ignoreBOM: boolean
  #decoding: Decoding | undefined
  #isBomSeen = false

  /** @throws RangeError for an encoding that is not here. */
  constructor(label = 'utf-8', options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    const wanted = `${label}`.replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, '').toLowerCase()
    const found = Object.entries(labels).find(([, names]) => names.includes(wanted))
    if (found === undefined) throw new RangeError(`The encoding "${label}" is not known to a guest`)
    this.#encoding = found[0]
    this.#isFatal = Boolean(options.fatal)
    this.#ignoreBOM = Boolean(options.ignoreBOM)
  }

  get encoding(): string {
    return this.#encoding
  }

  get fatal(): boolean {
    return this.#isFatal
  }

  get ignoreBOM(): boolean {
    return this.#ignoreBOM
  }

  /** @throws TypeError for bytes that are wrong, when the decoder is `fatal`. */
  decode(data: unknown = new Uint8Array(), options: { stream?: boolean } = {}): string {
    const bytes = bytesOf(data, 'TextDecoder.decode')
    const isLast = !options.stream
    this.#decoding ??= decodingOf(this.#encoding, this.#isFatal)
    let text: string
    try {
      text = this.#decoding.decode(bytes, isLast)
    } catch (error) {
      this.#end()
      throw error
    }
    if (!this.#isBomSeen && text !== '') {
      this.#isBomSeen = true
      if (!this.#ignoreBOM && text.startsWith('\ufeff') && this.#encoding !== 'windows-1252') {
        text = text.slice(1)
      }
    }
    if (isLast) this.#end()
    return text
  }

  #end(): void {
    this.#decoding = undefined
    this.#isBomSeen = false
  }
}

function decodingOf(encoding: string, isFatal: boolean): Decoding {
  if (encoding === 'utf-8') return new Utf8Decoder(isFatal)
  if (encoding === 'windows-1252') return { decode: decodeWindows1252 }
  return new Utf16Decoder(encoding === 'utf-16le', isFatal)
}

function decodeWindows1252(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    text += (byte & 0xe0) === 0x80 ? windows1252[byte - 0x80] : String.fromCharCode(byte)
  }
  return text
}

/** https://encoding.spec.whatwg.org/#shared-utf-16-decoder */
class Utf16Decoder implements Decoding {
  readonly #isLittle: boolean
  readonly #isFatal: boolean
  #first: number | undefined
  /** The first half of a pair. */
  #lead = ''

  constructor(isLittle: boolean, isFatal: boolean) {
    this.#isLittle = isLittle
    this.#isFatal = isFatal
  }

  decode(bytes: Uint8Array, isLast: boolean): string {
    let text = this.#lead
    for (const byte of bytes) {
      if (this.#first === undefined) {
        this.#first = byte
        continue
      }
      const unit = this.#isLittle ? this.#first | (byte << 8) : (this.#first << 8) | byte
      text += String.fromCharCode(unit)
      this.#first = undefined
    }
    const isCut = isLast && this.#first !== undefined
    if (isLast) this.#first = undefined
    const last = text.charCodeAt(text.length - 1)
    this.#lead = !isLast && last >= 0xd800 && last < 0xdc00 ? text.slice(-1) : ''
    return this.#checked(this.#lead === '' ? text : text.slice(0, -1), isCut)
  }

  #checked(text: string, isCut: boolean): string {
    if (this.#isFatal && (isCut || !text.isWellFormed())) {
      throw new TypeError('The encoded data was not valid for encoding utf-16')
    }
    if (!isCut) return text.toWellFormed()
    // Half a pair and half a unit behind it are one fault, not two.
    const last = text.charCodeAt(text.length - 1)
    const isOne = last >= 0xd800 && last < 0xdc00
    return `${(isOne ? text.slice(0, -1) : text).toWellFormed()}\ufffd`
  }
}
