import type { Cursor } from './cursor.ts'

/** White space of ISO 32000-2, table 1. */
export function isSpace(sign: number | undefined): boolean {
  return (
    sign === 0x20 || sign === 0x0a || sign === 0x0d || sign === 0x09 || sign === 0x0c || sign === 0
  )
}

/** Delimiters of ISO 32000-2, table 2: ( ) < > [ ] { } / % */
function isDelimiter(sign: number | undefined): boolean {
  switch (sign) {
    case 0x28:
    case 0x29:
    case 0x3c:
    case 0x3e:
    case 0x5b:
    case 0x5d:
    case 0x7b:
    case 0x7d:
    case 0x2f:
    case 0x25:
      return true
    default:
      return false
  }
}

export function isRegular(sign: number | undefined): boolean {
  return sign !== undefined && !isSpace(sign) && !isDelimiter(sign)
}

/** White space and comments. */
export function skipBlanks(cursor: Cursor) {
  const { bytes, end } = cursor
  while (cursor.at < end) {
    const sign = bytes[cursor.at]
    if (sign === 0x25) {
      while (cursor.at < end && bytes[cursor.at] !== 0x0a && bytes[cursor.at] !== 0x0d) cursor.at++
    } else if (isSpace(sign)) cursor.at++
    else return
  }
}

/** 0 to 15, or -1 for what is no hexadecimal digit. */
export function hexDigit(sign: number | undefined): number {
  if (sign === undefined) return -1
  if (sign >= 0x30 && sign <= 0x39) return sign - 0x30
  const lower = sign | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
