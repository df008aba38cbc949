import type { Cursor } from './cursor.ts'
import { latin, type PdfName, type PdfString } from './pdf-values.ts'
import { ReadingFault } from './reading-fault.ts'
import { hexDigit, isRegular, isSpace } from './signs.ts'

export function readName(cursor: Cursor): PdfName {
  const { bytes, end } = cursor
  const start = ++cursor.at
  let escaped = false
  while (cursor.at < end && isRegular(bytes[cursor.at])) {
    if (bytes[cursor.at] === 0x23) escaped = true
    cursor.at++
  }
  const raw = latin(bytes.subarray(start, cursor.at))
  const name = escaped
    ? raw.replace(/#([0-9A-Fa-f]{2})/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      )
    : raw
  return { kind: 'name', name }
}

/** Undefined, and nothing read, where no number stands. Exponents and bases are not of PDF. */
export function readNumber(cursor: Cursor): number | undefined {
  const { bytes, end } = cursor
  const start = cursor.at
  let at = start
  if (bytes[at] === 0x2b || bytes[at] === 0x2d) at++
  let digits = 0
  let points = 0
  while (at < end) {
    const sign = bytes[at] as number
    if (sign >= 0x30 && sign <= 0x39) digits++
    else if (sign === 0x2e && points === 0) points = 1
    else break
    at++
  }
  if (digits === 0 || (at < end && isRegular(bytes[at]))) return undefined
  cursor.at = at
  return Number(latin(bytes.subarray(start, at)))
}

export function readString(cursor: Cursor): PdfString {
  return cursor.bytes[cursor.at] === 0x28 ? readLiteral(cursor) : readHex(cursor)
}

function readHex(cursor: Cursor): PdfString {
  const { bytes, end } = cursor
  const start = cursor.at
  const close = bytes.indexOf(0x3e, start)
  if (close < 0 || close >= end) throw endless(start)
  cursor.at = close + 1
  const { digits, odd } = hexDigits(bytes.subarray(start + 1, close))
  const out = new Uint8Array((digits.length + 1) >> 1)
  for (const [place, digit] of digits.entries()) {
    out[place >> 1] = (out[place >> 1] as number) | (place % 2 === 0 ? digit << 4 : digit)
  }
  return { ...placed(cursor, start), bytes: out, hex: true, odd }
}

function hexDigits(signs: Uint8Array) {
  const digits = new Uint8Array(signs.length)
  let count = 0
  let strange = false
  let cases = 0
  for (const sign of signs) {
    const digit = hexDigit(sign)
    if (digit > 9) cases |= (sign & 0x20) === 0 ? 2 : 1
    if (digit >= 0) digits[count++] = digit
    else if (!isSpace(sign)) strange = true
  }
  const odd = strange || cases === 3 || count % 2 !== 0
  return { digits: digits.subarray(0, count), odd }
}

function endless(start: number): ReadingFault {
  return new ReadingFault('PDF_BROKEN', `The string at ${start} has no end.`)
}

function placed(cursor: Cursor, start: number) {
  const { inFile, at } = cursor
  return { kind: 'string' as const, start: inFile ? start : -1, end: inFile ? at : -1 }
}

const escapes: ReadonlyMap<number, number> = new Map([
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
  [0x62, 0x08],
  [0x66, 0x0c],
])

/** ISO 32000-2, 7.3.4.2: balanced parentheses, escapes, and line ends that are one line feed. */
function readLiteral(cursor: Cursor): PdfString {
  const start = cursor.at++
  const out: number[] = []
  for (let depth = 1; cursor.at < cursor.end; ) {
    const sign = cursor.bytes[cursor.at++] as number
    if (sign === 0x28) depth++
    if (sign === 0x29 && --depth === 0) {
      return { ...placed(cursor, start), bytes: Uint8Array.from(out), hex: false, odd: false }
    }
    if (sign === 0x5c) readEscape(cursor, out)
    else out.push(sign === 0x0d ? lineEnd(cursor) : sign)
  }
  throw endless(start)
}

/** Behind a carriage return: with a line feed it is one line end. */
function lineEnd(cursor: Cursor): number {
  if (cursor.bytes[cursor.at] === 0x0a) cursor.at++
  return 0x0a
}

function readEscape(cursor: Cursor, out: number[]): void {
  const sign = cursor.bytes[cursor.at++]
  if (sign === undefined || cursor.at > cursor.end) return
  if (isOctal(sign)) out.push(readOctal(cursor, sign - 0x30))
  else if (sign === 0x0d) lineEnd(cursor)
  else if (sign !== 0x0a) out.push(escapes.get(sign) ?? sign)
}

function readOctal(cursor: Cursor, first: number): number {
  let code = first
  for (let more = 0; more < 2 && cursor.at < cursor.end; more++) {
    const digit = cursor.bytes[cursor.at] as number
    if (!isOctal(digit)) break
    code = code * 8 + digit - 0x30
    cursor.at++
  }
  return code & 0xff
}

function isOctal(sign: number): boolean {
  return sign >= 0x30 && sign <= 0x37
}
