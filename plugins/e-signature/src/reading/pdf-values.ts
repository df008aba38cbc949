/** Values of ISO 32000-2, 7.3, each with what a check of signatures needs to know of its place. */
export interface PdfName {
  readonly kind: 'name'
  readonly name: string
}

/** `start` and `end` are the places of its brackets in the file, -1 within an object stream. */
export interface PdfString {
  readonly kind: 'string'
  readonly bytes: Uint8Array
  readonly hex: boolean
  /** A hexadecimal string that no writer makes: an odd count of digits, letters of both cases, other signs than digits and blanks. */
  readonly odd: boolean
  readonly start: number
  readonly end: number
}

export interface PdfArray {
  readonly kind: 'array'
  readonly items: readonly PdfValue[]
}

export interface PdfDict {
  readonly kind: 'dict'
  readonly entries: ReadonlyMap<string, PdfValue>
  /** Keys that stand in it twice: readers differ on which one counts. */
  readonly twice: readonly string[]
}

export interface PdfRef {
  readonly kind: 'ref'
  readonly number: number
  readonly generation: number
}

/** Its data are the bytes of the file from `start` to `end`, still encoded. */
export interface PdfStream {
  readonly kind: 'stream'
  readonly dict: PdfDict
  readonly start: number
  readonly end: number
}

export type PdfValue =
  | null
  | boolean
  | number
  | PdfName
  | PdfString
  | PdfArray
  | PdfDict
  | PdfRef
  | PdfStream

type Kind = Exclude<PdfValue, null | boolean | number>['kind']

export function isKind<K extends Kind>(
  value: PdfValue | undefined,
  kind: K,
): value is Extract<PdfValue, { readonly kind: K }> {
  return typeof value === 'object' && value !== null && value.kind === kind
}

export function nameOf(value: PdfValue | undefined): string | undefined {
  return isKind(value, 'name') ? value.name : undefined
}

/** The dictionary of a dictionary or of a stream. */
export function dictOf(value: PdfValue | undefined): PdfDict | undefined {
  if (isKind(value, 'dict')) return value
  return isKind(value, 'stream') ? value.dict : undefined
}

/** Text string of ISO 32000-2, 7.9.2.2: UTF-16BE or UTF-8 by its mark, else PDFDocEncoding, which is Latin-1 where it matters here. */
export function textOf(value: PdfValue | undefined): string | undefined {
  if (!isKind(value, 'string')) return undefined
  const { bytes } = value
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return utf16(bytes)
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return new TextDecoder('utf-8').decode(bytes.subarray(3))
  }
  return latin(bytes)
}

export function latin(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

function utf16(bytes: Uint8Array): string {
  let text = ''
  for (let at = 2; at + 1 < bytes.length; at += 2) {
    text += String.fromCharCode(((bytes[at] as number) << 8) | (bytes[at + 1] as number))
  }
  return text
}
