import { Refusal } from '@signalbox/sdk'

export function dictionarySyntax(entries: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(entries).map(([key, value]) => `${nameSyntax(key)} ${value}`)
  return `<<${pairs.join(' ')}>>`
}

const encoder = new TextEncoder()

export function nameSyntax(name: string): string {
  // LibPDF reads names as UTF-8: of others the bytes are lost, and a name written again would be another one.
  if (name.includes('\ufffd')) {
    throw new Refusal(
      'PDF_NAME_UNREADABLE',
      'The file has names that are not UTF-8: print it into a new PDF, and send that.',
    )
  }
  let syntax = '/'
  for (const byte of encoder.encode(name)) {
    const char = String.fromCharCode(byte)
    const isPlain = byte > 0x20 && byte < 0x7f && !'()<>[]{}/%#'.includes(char)
    syntax += isPlain ? char : `#${byte.toString(16).padStart(2, '0')}`
  }
  return syntax
}

/** Without an exponent, which PDF does not know. */
export function numberSyntax(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value)
  return value
    .toFixed(5)
    .replace(/\.?0+$/, '')
    .replace(/^-0$/, '0')
}

export function bytesSyntax(bytes: Uint8Array): string {
  return `<${hexOf(bytes)}>`
}

/** By a table: the room for a signature has some ten thousand bytes. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function hexOf(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += HEX[byte]
  return hex
}

/** A text string: ASCII as it is, all else in UTF-16BE with its mark (ISO 32000-2, 7.9.2.2). */
export function textSyntax(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return `(${text.replace(/[\\()]/g, '\\$&')})`
  let hex = 'feff'
  for (let at = 0; at < text.length; at++) hex += text.charCodeAt(at).toString(16).padStart(4, '0')
  return `<${hex}>`
}

/** A date of RFC 3339 as PDF writes it (ISO 32000-2, 7.9.4): `D:20261127183000+08'00`. */
export function dateSyntax(at: string): string {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(Z|([+-]\d\d):(\d\d))$/i.exec(
    at,
  )
  if (parts === null) throw new TypeError(`not an instant of RFC 3339: "${at}"`)
  const [, year, month, day, hour, minute, second, , hours, minutes] = parts
  const zone = hours === undefined ? 'Z' : `${hours}'${minutes}'`
  return `(D:${year}${month}${day}${hour}${minute}${second}${zone})`
}
