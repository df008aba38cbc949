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
  if (close < 0 || close >= end)
    throw new ReadingFault('PDF_BROKEN', `The string at ${start} has no end.`)
  const out = new Uint8Array((close - start) >> 1)
  let digits = 0
  let strange = false
  let cases = 0
  for (let at = start + 1; at < close; at++) {
    const digit = hexDigit(bytes[at])
    if (digit < 0) {
      if (!isSpace(bytes[at])) strange = true
      continue
    }
    if (digit > 9) cases |= (bytes[at] as number) & 0x20 ? 1 : 2
    const place = digits >> 1
    out[place] = (out[place] as number) | (digits % 2 === 0 ? digit << 4 : digit)
    digits++
  }
  cursor.at = close + 1
  const odd = strange || cases === 3 || digits % 2 !== 0
  return { ...placed(cursor, start), bytes: out.subarray(0, (digits + 1) >> 1), hex: true, odd }
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
  const { bytes, end } = cursor
  const start = cursor.at++
  const out: number[] = []
  for (let depth = 1; cursor.at < end; ) {
    const sign = bytes[cursor.at++] as number
    if (sign === 0x5c) readEscape(cursor, out)
    else if (sign === 0x0d) {
      if (bytes[cursor.at] === 0x0a) cursor.at++
      out.push(0x0a)
    } else {
      if (sign === 0x28) depth++
      if (sign === 0x29 && --depth === 0) {
        return { ...placed(cursor, start), bytes: Uint8Array.from(out), hex: false, odd: false }
      }
      out.push(sign)
    }
  }
  throw new ReadingFault('PDF_BROKEN', `The string at ${start} has no end.`)
}

function readEscape(cursor: Cursor, out: number[]): void {
  const { bytes, end } = cursor
  const sign = bytes[cursor.at++]
  if (sign === undefined || cursor.at > end) return
  if (sign >= 0x30 && sign <= 0x37) {
    let code = sign - 0x30
    for (let more = 0; more < 2 && cursor.at < end; more++) {
      const digit = bytes[cursor.at] as number
      if (digit < 0x30 || digit > 0x37) break
      code = code * 8 + digit - 0x30
      cursor.at++
    }
    out.push(code & 0xff)
  } else if (sign === 0x0d) {
    if (bytes[cursor.at] === 0x0a) cursor.at++
  } else if (sign !== 0x0a) out.push(escapes.get(sign) ?? sign)
}
