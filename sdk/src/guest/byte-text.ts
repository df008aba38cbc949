import { base64Of } from './base64.ts'

/** https://tc39.es/proposal-arraybuffer-base64/spec: text of bytes and back, as ECMAScript 2026 has it. */
interface Base64Options {
  readonly alphabet?: 'base64' | 'base64url'
  readonly lastChunkHandling?: 'loose' | 'strict' | 'stop-before-partial'
  readonly omitPadding?: boolean
}

interface Read {
  readonly read: number
  readonly written: number
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const alphabets = { base64: `${digits}+/`, base64url: `${digits}-_` } as const

/** @throws SyntaxError for a text that is no base64 of the alphabet. */
export function fromBase64(text: string, options: Base64Options = {}): Uint8Array<ArrayBuffer> {
  checkText(text)
  const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4))
  const { written } = decode(text, bytes, options)
  return bytes.slice(0, written)
}

/** @throws SyntaxError for a text that is no hexadecimal. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  checkText(text)
  const bytes = new Uint8Array(text.length >> 1)
  decodeHex(text, bytes)
  return bytes
}

/** What goes on the prototype of Uint8Array: install-byte-text.ts puts it there. */
export const byteMethods = {
  toBase64(this: Uint8Array, options: Base64Options = {}): string {
    const { alphabet = 'base64', omitPadding = false } = options
    checkAlphabet(alphabet)
    let text = base64Of(this)
    if (alphabet === 'base64url') text = text.replaceAll('+', '-').replaceAll('/', '_')
    return omitPadding ? text.replace(/=+$/, '') : text
  },

  toHex(this: Uint8Array): string {
    let text = ''
    for (const byte of this) text += (byte < 16 ? '0' : '') + byte.toString(16)
    return text
  },

  setFromBase64(this: Uint8Array, text: string, options: Base64Options = {}): Read {
    checkText(text)
    return decode(text, this, options)
  },

  setFromHex(this: Uint8Array, text: string): Read {
    checkText(text)
    return decodeHex(text, this)
  },
}

function checkText(text: unknown): void {
  if (typeof text !== 'string') throw new TypeError('The text must be a string')
}

function checkAlphabet(alphabet: string): void {
  if (!Object.hasOwn(alphabets, alphabet)) {
    throw new TypeError('The alphabet must be "base64" or "base64url"')
  }
}

function wrong(): SyntaxError {
  return new SyntaxError('The text is not correctly encoded in base64')
}

/** Four characters at a time, as the standard does: what does not fit into the bytes is not read. */
function decode(text: string, bytes: Uint8Array, options: Base64Options): Read {
  const { alphabet = 'base64', lastChunkHandling = 'loose' } = options
  checkAlphabet(alphabet)
  if (!['loose', 'strict', 'stop-before-partial'].includes(lastChunkHandling)) {
    throw new TypeError('lastChunkHandling is "loose", "strict" or "stop-before-partial"')
  }
  let read = 0
  let written = 0
  while (read < text.length && written < bytes.length) {
    const chunk = nextChunk(text, read, alphabets[alphabet])
    if (chunk === undefined) return { read: text.length, written }
    const { values } = chunk
    if (values.length < 4 && !isLast(chunk, text, lastChunkHandling)) return { read, written }
    if (written + values.length - 1 > bytes.length) return { read, written }
    written += write(values, bytes, written)
    read = chunk.end
  }
  return { read: isBlank(text.slice(read)) ? text.length : read, written }
}

function write(values: readonly number[], bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = values
  const bits = (a << 18) | (b << 12) | (c << 6) | d
  for (let index = 0; index < values.length - 1; index++)
    bytes[at + index] = bits >> (16 - index * 8)
  return values.length - 1
}

function isBlank(text: string): boolean {
  return /^[\t\n\f\r ]*$/.test(text)
}

interface Chunk {
  readonly values: readonly number[]
  readonly padding: number
  /** Where the text goes on. */
  readonly end: number
}

function nextChunk(text: string, from: number, alphabet: string): Chunk | undefined {
  const values: number[] = []
  let padding = 0
  let at = from
  for (; at < text.length && values.length + padding < 4; at++) {
    const character = text[at] as string
    if (/[\t\n\f\r ]/.test(character)) continue
    if (character === '=' && values.length >= 2) {
      padding++
      continue
    }
    const value = alphabet.indexOf(character)
    if (value < 0 || padding > 0) throw wrong()
    values.push(value)
  }
  return values.length === 0 ? undefined : { values, padding, end: at }
}

/** @returns false for a part that waits for its rest. @throws SyntaxError for one that is wrong. */
function isLast({ values, padding, end }: Chunk, text: string, handling: string): boolean {
  const isFinished = values.length + padding === 4
  if (handling === 'stop-before-partial' && !isFinished) return false
  if (values.length === 1 || (padding > 0 && !isFinished)) throw wrong()
  if (padding > 0 && !isBlank(text.slice(end))) throw wrong()
  if (handling !== 'strict') return true
  const unused = values.length === 2 ? 15 : 3
  if (padding === 0 || ((values.at(-1) as number) & unused) !== 0) throw wrong()
  return true
}

function decodeHex(text: string, bytes: Uint8Array): Read {
  if (text.length % 2 !== 0) throw new SyntaxError('Hexadecimal text has an even number of digits')
  const size = Math.min(bytes.length, text.length >> 1)
  for (let index = 0; index < size; index++) {
    const pair = text.slice(index * 2, index * 2 + 2)
    if (!/^[0-9A-Fa-f]{2}$/.test(pair)) throw new SyntaxError(`"${pair}" is not hexadecimal`)
    bytes[index] = Number.parseInt(pair, 16)
  }
  return { read: size * 2, written: size }
}
