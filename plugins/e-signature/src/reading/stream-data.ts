import { inflate } from './inflate.ts'
import { readingLimits } from './limits.ts'
import {
  dictOf,
  isKind,
  nameOf,
  type PdfDict,
  type PdfStream,
  type PdfValue,
} from './pdf-values.ts'
import { ReadingFault } from './reading-fault.ts'
import { hexDigit } from './signs.ts'

/** Bytes that streams of one file may still give. */
export interface Allowance {
  left: number
}

type Follow = (value: PdfValue | undefined) => PdfValue

/** The data of a stream. Only filters that streams of structure, certificates and revocation lists use. */
export function streamData(
  file: Uint8Array,
  stream: PdfStream,
  follow: Follow,
  allowance: Allowance,
): Uint8Array {
  const filters = listOf(follow(stream.dict.entries.get('Filter')), follow)
  const parameters = listOf(follow(stream.dict.entries.get('DecodeParms')), follow)
  let data = file.subarray(stream.start, stream.end)
  if (filters.length > 4) throw unknown('a chain of filters')
  for (const [at, filter] of filters.entries()) {
    const most = Math.min(readingLimits.inflated, allowance.left)
    data = decode(nameOf(filter), data, most)
    allowance.left -= data.length
    data = unpredict(data, dictOf(parameters[at]))
  }
  return data
}

function listOf(value: PdfValue, follow: Follow): PdfValue[] {
  if (value === null) return []
  return isKind(value, 'array') ? value.items.slice(0, 8).map(follow) : [value]
}

function decode(filter: string | undefined, data: Uint8Array, most: number): Uint8Array {
  if (filter === 'FlateDecode' || filter === 'Fl') return inflate(data, most)
  if (filter === 'ASCIIHexDecode' || filter === 'AHx') return fromHex(data)
  throw unknown(`the filter ${String(filter).slice(0, 40)}`)
}

function fromHex(data: Uint8Array): Uint8Array {
  const out: number[] = []
  let half = -1
  for (const sign of data) {
    if (sign === 0x3e) break
    const digit = hexDigit(sign)
    if (digit < 0) continue
    if (half < 0) half = digit
    else {
      out.push(half * 16 + digit)
      half = -1
    }
  }
  if (half >= 0) out.push(half * 16)
  return Uint8Array.from(out)
}

/** Predictors of ISO 32000-2, 7.4.4.4: none, or those of PNG row by row. */
function unpredict(data: Uint8Array, parameters: PdfDict | undefined): Uint8Array {
  const predictor = numberOf(parameters, 'Predictor', 1)
  if (predictor === 1) return data
  if (predictor < 10) throw unknown('a predictor of TIFF')
  const bits = numberOf(parameters, 'BitsPerComponent', 8) * numberOf(parameters, 'Colors', 1)
  const columns = numberOf(parameters, 'Columns', 1)
  const width = Math.ceil((bits * columns) / 8)
  if (!(width >= 1 && width <= 1 << 20)) throw unknown('so wide a row')
  return rowsOf(data, width, Math.max(1, bits >> 3))
}

function rowsOf(data: Uint8Array, width: number, pixel: number): Uint8Array {
  const rows = Math.ceil(data.length / (width + 1))
  const out = new Uint8Array(rows * width)
  let size = 0
  for (let row = 0; row < rows; row++) {
    const from = row * (width + 1)
    const kind = data[from] as number
    for (let at = 0; at < width && from + 1 + at < data.length; at++) {
      const left = at >= pixel ? (out[size - pixel] as number) : 0
      const up = row > 0 ? (out[size - width] as number) : 0
      const corner = row > 0 && at >= pixel ? (out[size - width - pixel] as number) : 0
      out[size++] = (data[from + 1 + at] as number) + predicted(kind, left, up, corner)
    }
  }
  return out.subarray(0, size)
}

function predicted(kind: number, left: number, up: number, corner: number): number {
  if (kind === 0) return 0
  if (kind === 1) return left
  if (kind === 2) return up
  if (kind === 3) return (left + up) >> 1
  if (kind === 4) return paeth(left, up, corner)
  throw new ReadingFault('PDF_STREAM_BROKEN', 'A row of a stream has no known predictor.')
}

/** PNG (RFC 2083), 6.6. */
function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [byLeft, byUp, byCorner] = [left, up, corner].map((one) => Math.abs(guess - one)) as [
    number,
    number,
    number,
  ]
  if (byLeft <= byUp && byLeft <= byCorner) return left
  return byUp <= byCorner ? up : corner
}

function numberOf(dict: PdfDict | undefined, key: string, otherwise: number): number {
  const value = dict?.entries.get(key)
  return typeof value === 'number' && value >= 0 ? value : otherwise
}

function unknown(what: string): ReadingFault {
  return new ReadingFault('PDF_FILTER_UNKNOWN', `A stream needs ${what}, which is not read here.`)
}
