import { type DerNode, readDer } from '../../src/keys/der.ts'

/** A signature of a PDF as it stands in the bytes: found by its byte range, without a reader of PDF. */
export interface PdfSignature {
  /** The signature dictionary, as latin1. */
  readonly dictionary: string
  readonly byteRange: readonly [number, number, number, number]
  /** What it covers. */
  readonly content: Buffer
  /** CMS or TimeStampToken, DER without the zeros behind it. */
  readonly container: Buffer
  readonly isTimestamp: boolean
}

const ranges = /\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g

export function pdfSignatures(file: Buffer): readonly PdfSignature[] {
  const text = file.toString('latin1')
  return [...text.matchAll(ranges)].map((match) => {
    const [from, length, next, rest] = match.slice(1).map(Number) as [
      number,
      number,
      number,
      number,
    ]
    const hex = text.slice(from + length + 1, next - 1)
    const padded = Buffer.from(hex, 'hex')
    const start = text.lastIndexOf(' obj', match.index)
    const dictionary = text.slice(start, text.indexOf('endobj', next)).replace(hex, '')
    return {
      ...{ dictionary, byteRange: [from, length, next, rest] as const },
      content: Buffer.concat([
        file.subarray(from, from + length),
        file.subarray(next, next + rest),
      ]),
      container: padded.subarray(0, derLength(padded)),
      isTimestamp: dictionary.includes('/ETSI.RFC3161'),
    }
  })
}

function derLength(bytes: Buffer): number {
  const first = bytes[1] ?? 0
  if (first < 0x80) return 2 + first
  const count = first & 0x7f
  return 2 + count + bytes.readUIntBE(2, count)
}

export interface SignerFields {
  readonly signers: number
  readonly certificates: readonly Buffer[]
  /** By object identifier in DER, hexadecimal. */
  readonly signed: ReadonlyMap<string, DerNode>
  readonly unsigned: ReadonlyMap<string, DerNode>
  readonly digestAlgorithm: string
  /** What is signed: the attributes as SET OF (RFC 5652 §5.4). */
  readonly attributes: Buffer
  readonly signature: Buffer
}

/** id-aa-timeStampToken, as an attribute is found by. */
const TIMESTAMP = '2a864886f70d010910020e'

/** The time stamp over a signature's value, DER. */
export function timestampOf({ container }: PdfSignature): Buffer | undefined {
  return signerFields(container).unsigned.get(TIMESTAMP)?.bytes
}

export function hasTimestamp(signature: PdfSignature): boolean {
  return timestampOf(signature) !== undefined
}

/** SignedData (RFC 5652 §5.1) as far as a baseline looks into it. */
export function signerFields(container: Buffer): SignerFields {
  const [, wrapped] = readDer(container).children
  const data = wrapped?.children[0]?.children ?? []
  const certificates = data.find(({ tag }) => tag === 0xa0)?.children ?? []
  const infos = data.at(-1)?.children ?? []
  const fields = infos[0]?.children ?? []
  const [, , digest] = fields
  const signed = fields.find(({ tag }) => tag === 0xa0)
  const octets = fields.find(({ tag }) => tag === 0x04)
  return {
    signers: infos.length,
    certificates: certificates.map(({ bytes }) => bytes),
    signed: attributes(signed),
    attributes: Buffer.concat([Buffer.of(0x31), (signed?.bytes ?? Buffer.of(0)).subarray(1)]),
    unsigned: attributes(fields.find(({ tag }) => tag === 0xa1)),
    digestAlgorithm: digest?.children[0]?.content.toString('hex') ?? '',
    signature: octets?.content ?? Buffer.alloc(0),
  }
}

/** The first value of each. */
function attributes(set: DerNode | undefined): ReadonlyMap<string, DerNode> {
  return new Map(
    (set?.children ?? []).flatMap(({ children: [type, values] }) => {
      const value = values?.children[0]
      return type === undefined || value === undefined
        ? []
        : [[type.content.toString('hex'), value] as const]
    }),
  )
}

const SM3 = '2a811ccf55018311'

/** A signature by SM2 with SM3 (GB/T 35275): not every program knows those. */
export function isBySm2({ container, isTimestamp }: PdfSignature): boolean {
  return !isTimestamp && signerFields(container).digestAlgorithm === SM3
}
