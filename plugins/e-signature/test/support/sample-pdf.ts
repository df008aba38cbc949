export interface SampleWish {
  readonly xref?: 'table' | 'stream'
  /** Of each page: its entries in PDF syntax, and its text in ASCII. */
  readonly pages?: readonly { readonly entries?: string; readonly text: string }[]
  /** Bytes that each page carries besides, as a picture would. */
  readonly ballast?: number
  readonly catalog?: string
}

/** A small PDF, written by hand: pages of A4 with a line of text each. */
export function contract(wish: SampleWish = {}): Uint8Array {
  const {
    xref = 'table',
    pages = [{ text: 'Contract DC-2026-001' }],
    ballast = 0,
    catalog = '',
  } = wish
  const objects: (string | Buffer)[] = []
  const kids = pages.map((_, index) => `${4 + 2 * index} 0 R`)
  objects.push(`<</Type /Catalog/Pages 2 0 R${catalog}>>`)
  objects.push(
    `<</Type /Pages/Count ${pages.length}/Kids [${kids.join(' ')}]/MediaBox [0 0 595 842]>>`,
  )
  objects.push('<</Type /Font/Subtype /Type1/BaseFont /Helvetica>>')
  for (const [index, { entries = '', text }] of pages.entries()) {
    const resources = '/Resources <</Font <</F1 3 0 R>>>>'
    objects.push(`<</Type /Page/Parent 2 0 R${resources}/Contents ${5 + 2 * index} 0 R${entries}>>`)
    // A transformation that is left behind: what is added must not follow it.
    const content = `0.5 0 0 0.5 0 0 cm BT /F1 28 Tf 144 1500 Td (${text}) Tj ET`
    objects.push(`<</Length ${content.length}>>\nstream\n${content}\nendstream`)
  }
  if (ballast > 0) {
    const bytes = Buffer.alloc(ballast)
    for (let at = 0; at < ballast; at++) bytes[at] = (at * 2654435761) >>> 13
    const head = `<</Length ${ballast}>>\nstream\n`
    objects.push(Buffer.concat([Buffer.from(head), bytes, Buffer.from('\nendstream')]))
  }
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n%\u00e2\u00e3\n', 'latin1')]
  const offsets: number[] = []
  let at = (parts[0] as Buffer).length
  const push = (part: Buffer) => {
    parts.push(part)
    at += part.length
  }
  for (const [index, body] of objects.entries()) {
    offsets.push(at)
    push(
      Buffer.concat([
        Buffer.from(`${index + 1} 0 obj\n`),
        Buffer.from(body as string),
        Buffer.from('\nendobj\n'),
      ]),
    )
  }
  const start = at
  if (xref === 'table') {
    const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`)
    push(Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows.join('')}`))
    push(Buffer.from(`trailer\n<</Size ${objects.length + 1}/Root 1 0 R>>\n`))
  } else {
    const rows = [
      [0, 0, 0, 0, 0],
      ...[...offsets, start].map((o) => [1, o >>> 24, o >>> 16, o >>> 8, o]),
    ]
    const data = Buffer.from(rows.flat().map((byte) => byte & 0xff))
    const size = objects.length + 2
    const head = `${size - 1} 0 obj\n<</Type /XRef/Size ${size}/W [1 4 0]/Root 1 0 R/Length ${data.length}>>\nstream\n`
    push(Buffer.concat([Buffer.from(head), data, Buffer.from('\nendstream\nendobj\n')]))
  }
  push(Buffer.from(`startxref\n${start}\n%%EOF\n`))
  return new Uint8Array(Buffer.concat(parts))
}
