import { createHash } from 'node:crypto'
import { readCertificate } from '../../src/certificates/certificate.ts'
import { buildSignedData, signedAttributes } from '../../src/cms/build-signed-data.ts'
import type { Pki } from '../support/pki.ts'

/** Objects by their number, each as it is written between obj and endobj. */
export type Objects = Readonly<Record<number, string>>

export interface UpdateOptions {
  /** More entries of the trailer. */
  readonly trailer?: string
  readonly root?: number
  /** Written, but not listed. */
  readonly hidden?: Objects
  /** Offsets in place of the true ones. */
  readonly listed?: Readonly<Record<number, number>>
  /** In place of the last section. */
  readonly previous?: number
  readonly asStream?: boolean
}

export const stream = (text: string, entries = '') =>
  `<< ${entries} /Length ${text.length} >>\nstream\n${text}\nendstream`

/** A contract of one page with two fields to sign and one to fill in. */
export const contract: Objects = {
  1: '<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>',
  2: '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
  3: '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 10 0 R >> >> /Annots [6 0 R 7 0 R 8 0 R] >>',
  4: stream('BT /F1 12 Tf 60 700 Td (The buyer pays 1000 yuan.) Tj ET'),
  5: '<< /Fields [6 0 R 7 0 R 8 0 R] /SigFlags 3 /DA (/F1 0 Tf 0 g) >>',
  6: '<< /FT /Sig /T (PartyA) /Type /Annot /Subtype /Widget /F 4 /P 3 0 R /Rect [60 80 260 130] >>',
  7: '<< /FT /Sig /T (PartyB) /Type /Annot /Subtype /Widget /F 4 /P 3 0 R /Rect [320 80 520 130] >>',
  8: '<< /FT /Tx /T (Amount) /V (1000) /Type /Annot /Subtype /Widget /F 4 /P 3 0 R /Rect [60 600 260 620] /AP << /N 9 0 R >> >>',
  9: stream('BT (1000) Tj ET', '/Type /XObject /Subtype /Form /BBox [0 0 200 20]'),
  10: '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  11: '<< /Title (Contract) >>',
}

export function makePdf(objects: Objects, hidden: Objects = {}): Buffer {
  return written(
    Buffer.from('%PDF-1.7\n'),
    objects,
    { hidden, trailer: '/Info 11 0 R /ID [<00> <00>]' },
    '',
  )
}

export function update(bytes: Uint8Array, objects: Objects, options: UpdateOptions = {}): Buffer {
  const previous = options.previous ?? lastSection(bytes)
  const trailer = `/Info 11 0 R /ID [<00> <01>] ${options.trailer ?? ''}`
  return written(Buffer.from(bytes), objects, { ...options, trailer }, ` /Prev ${previous}`)
}

export function lastSection(bytes: Uint8Array): number {
  const text = Buffer.from(bytes).toString('latin1')
  return Number(text.slice(text.lastIndexOf('startxref') + 9).match(/\d+/)?.[0])
}

function written(
  start: Buffer,
  objects: Objects,
  options: UpdateOptions,
  previous: string,
): Buffer {
  let text = start.toString('latin1')
  const places = new Map<number, number>()
  for (const [number, body] of Object.entries(options.hidden ?? {}))
    text += `${number} 0 obj\n${body}\nendobj\n`
  for (const [number, body] of Object.entries(objects)) {
    places.set(Number(number), options.listed?.[Number(number)] ?? text.length)
    text += `${number} 0 obj\n${body}\nendobj\n`
  }
  const root = `/Size 1000 /Root ${options.root ?? 1} 0 R${previous} ${options.trailer ?? ''}`
  const at = text.length
  if (options.asStream === true) text += streamSection(places, at, root)
  else {
    text += 'xref\n'
    if (previous === '') text += '0 1\n0000000000 65535 f \n'
    for (const [number, place] of places)
      text += `${number} 1\n${String(place).padStart(10, '0')} 00000 n \n`
    text += `trailer\n<< ${root} >>\n`
  }
  return Buffer.from(`${text}startxref\n${at}\n%%EOF\n`, 'latin1')
}

function streamSection(places: ReadonlyMap<number, number>, at: number, root: string): string {
  const all = [...places, [999, at] as const]
  const hex = all.map(([, place]) => `01${place.toString(16).padStart(8, '0')}00`).join('')
  const index = all.map(([number]) => `${number} 1`).join(' ')
  const entries = `/Type /XRef /W [1 4 1] /Index [${index}] /Filter /ASCIIHexDecode ${root}`
  return `999 0 obj\n${stream(`${hex}>`, entries)}\nendobj\n`
}

/** @param documentDigest SHA-256 of what the signature covers */
export type Contained = (
  der: Uint8Array,
  documentDigest: Uint8Array,
) => Uint8Array | Promise<Uint8Array>

export interface SigningOptions extends UpdateOptions {
  /** Of the field, and of the signature dictionary. */
  readonly field: number
  readonly value: number
  readonly fieldBody?: string
  /** More entries of the signature dictionary. */
  readonly entries?: string
  readonly objects?: Objects
  /** Bytes that the gap is larger than the contents at its end. */
  readonly widen?: number
  readonly subFilter?: string
  /** Changes the container before it is put in. */
  readonly container?: Contained
  readonly signer?: string
}

const room = 6000

/** One more revision with a signature of baseline B over all before it. */
export async function sign(bytes: Uint8Array, pki: Pki, options: SigningOptions): Promise<Buffer> {
  const { field, value, entries = '', objects = {}, widen = 0, signer = 'alice' } = options
  const body = options.fieldBody ?? contract[field] ?? ''
  const face = `/V ${value} 0 R /AP << /N ${value + 1} 0 R >> >>`
  const filler = ' '.repeat(widen)
  const type = options.subFilter === 'ETSI.RFC3161' ? '/DocTimeStamp' : '/Sig'
  const dictionary = `<< /Type ${type} /Filter /Adobe.PPKLite /SubFilter /${options.subFilter ?? 'ETSI.CAdES.detached'} /M (D:20261122052634Z) /ByteRange [0 0000000000 0000000000 0000000000] /Contents <${'0'.repeat(room)}>${filler} ${entries} >>`
  const signed = update(
    bytes,
    {
      ...objects,
      [field]: body.replace(/>>$/, face),
      [value]: dictionary,
      [value + 1]: stream('BT (signed) Tj ET', '/Type /XObject /Subtype /Form /BBox [0 0 200 50]'),
    },
    options,
  )
  return sealed(signed, pki, signer, widen, options.container)
}

async function sealed(
  file: Buffer,
  pki: Pki,
  signer: string,
  widen: number,
  change: Contained | undefined,
): Promise<Buffer> {
  const gap = file.lastIndexOf(`<${'0'.repeat(room)}>`)
  const rest = gap + room + 2 + widen
  const digits = (one: number) => String(one).padStart(10, '0')
  const range = `[0 ${digits(gap)} ${digits(rest)} ${digits(file.length - rest)}]`
  file.write(range, file.lastIndexOf('/ByteRange [') + 11, 'latin1')
  const covered = Buffer.concat([file.subarray(0, gap), file.subarray(rest)])
  const certificate = readCertificate(await pki.read(`${signer}.der`))
  const documentDigest = createHash('sha256').update(covered).digest()
  const attributes = signedAttributes({ certificate, documentDigest, hash: 'sha256' })
  const signature = await pki.sign(signer, 'ecdsa-sha256', attributes)
  const built = buildSignedData({
    certificate,
    chain: [readCertificate(await pki.read('inter.der'))],
    signedAttributes: attributes,
    signature,
    algorithm: { family: 'ecdsa', hash: 'sha256' },
  })
  const der = (await change?.(built, documentDigest)) ?? built
  file.write(Buffer.from(der).toString('hex'), gap + 1, 'latin1')
  return file
}
