import { crc32, deflateSync } from 'node:zlib'

export interface SampleWish {
  /** On each page, in a font of China that the file only names. */
  readonly chinese?: string
  /** The text of each page, in ASCII. */
  readonly pages?: readonly string[]
  /** Bytes that the file has besides, as pictures would. */
  readonly ballast?: number
  /** Entries of the catalogue, in PDF syntax. */
  readonly catalog?: string
}

/** A PDF written by hand: pages of A4 with a line of text each. */
export function samplePdf({
  pages = ['Contract'],
  ballast = 0,
  catalog = '',
  chinese,
}: SampleWish = {}): Buffer {
  const kids = pages.map((_, index) => `${4 + 2 * index} 0 R`).join(' ')
  const objects: Buffer[] = [
    Buffer.from(`<</Type /Catalog/Pages 2 0 R${catalog}>>`),
    Buffer.from(`<</Type /Pages/Count ${pages.length}/Kids [${kids}]/MediaBox [0 0 595 842]>>`),
    Buffer.from('<</Type /Font/Subtype /Type1/BaseFont /Helvetica>>'),
  ]
  for (const [index, text] of pages.entries()) {
    const named = chinese === undefined ? '' : `/F2 ${4 + 2 * pages.length} 0 R`
    const resources = `/Resources <</Font <</F1 3 0 R${named}>>>>`
    objects.push(
      Buffer.from(`<</Type /Page/Parent 2 0 R${resources}/Contents ${5 + 2 * index} 0 R>>`),
    )
    const said = chinese === undefined ? '' : ` BT /F2 28 Tf 72 700 Td <${utf16(chinese)}> Tj ET`
    objects.push(stream(Buffer.from(`BT /F1 14 Tf 72 750 Td (${text}) Tj ET${said}`)))
  }
  if (chinese !== undefined) objects.push(...songFont(4 + 2 * pages.length))
  if (ballast > 0) objects.push(stream(noise(ballast)))
  return assembled(objects)
}

/** Big-endian, as hexadecimal digits. */
function utf16(text: string): string {
  return Buffer.from(text, 'utf16le').swap16().toString('hex')
}

/** A font that the file names and does not bring, by a table of characters that it does not bring either. @param at its number */
function songFont(at: number): readonly Buffer[] {
  const system = '/CIDSystemInfo <</Registry (Adobe)/Ordering (GB1)/Supplement 4>>'
  const box =
    '/FontBBox [-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93'
  return [
    `<</Type /Font/Subtype /Type0/BaseFont /STSong-Light/Encoding /UniGB-UTF16-H/DescendantFonts [${at + 1} 0 R]>>`,
    `<</Type /Font/Subtype /CIDFontType0/BaseFont /STSong-Light${system}/FontDescriptor ${at + 2} 0 R/DW 1000>>`,
    `<</Type /FontDescriptor/FontName /STSong-Light/Flags 6${box}>>`,
  ].map((text) => Buffer.from(text))
}

function stream(content: Buffer): Buffer {
  const head = Buffer.from(`<</Length ${content.length}>>\nstream\n`)
  return Buffer.concat([head, content, Buffer.from('\nendstream')])
}

/** Bytes without a pattern that a packer would find, the same each time (Knuth's multiplicative hash). */
function noise(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, at) => (at * 2654435761) >>> 13))
}

/** File with a cross-reference table (ISO 32000-2, 7.5.4). */
function assembled(objects: readonly Buffer[]): Buffer {
  const parts = [Buffer.from('%PDF-1.7\n%\u00e2\u00e3\n', 'latin1')]
  const offsets: number[] = []
  let at = parts[0]?.length ?? 0
  for (const [index, body] of objects.entries()) {
    const part = Buffer.concat([
      Buffer.from(`${index + 1} 0 obj\n`),
      body,
      Buffer.from('\nendobj\n'),
    ])
    offsets.push(at)
    parts.push(part)
    at += part.length
  }
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const size = objects.length + 1
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${rows}`
  parts.push(
    Buffer.from(`${table}trailer\n<</Size ${size}/Root 1 0 R>>\nstartxref\n${at}\n%%EOF\n`),
  )
  return Buffer.concat(parts)
}

/** A red ring on nothing, as a PNG of colours with transparency (ISO/IEC 15948). */
export function sampleSeal(side: number): Buffer {
  const rows = Buffer.alloc(side * (1 + 4 * side))
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const far = Math.hypot((x + 0.5) / side - 0.5, (y + 0.5) / side - 0.5)
      const at = y * (1 + 4 * side) + 1 + 4 * x
      if (far > 0.4 && far < 0.49) rows.set([214, 32, 32, 255], at)
    }
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(side, 0)
  head.writeUInt32BE(side, 4)
  // Eight bits of red, green, blue and transparency.
  head.set([8, 6], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const chunks = [chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND')]
  return Buffer.concat([signature, ...chunks])
}

function chunk(type: string, data = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const sizes = Buffer.alloc(8)
  sizes.writeUInt32BE(data.length, 0)
  sizes.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([sizes.subarray(0, 4), body, sizes.subarray(4)])
}
