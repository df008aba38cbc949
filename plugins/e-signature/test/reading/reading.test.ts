import assert from 'node:assert/strict'
import { deflateRawSync, deflateSync } from 'node:zlib'
import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { inflate } from '../../src/reading/inflate.ts'
import { catalogOf, pageTree } from '../../src/reading/page-tree.ts'
import { follow, objectOf, openFile, stateAt } from '../../src/reading/pdf-file.ts'
import { nameOf, type PdfValue, textOf } from '../../src/reading/pdf-values.ts'
import { ReadingFault } from '../../src/reading/reading-fault.ts'
import { readValue } from '../../src/reading/value-reader.ts'
import { contract, makePdf, update } from '../verification/pdf-maker.ts'
import { verified } from '../verification/verified.ts'

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'))
const value = (text: string): PdfValue => {
  const bytes = bytesOf(text)
  return readValue({ bytes, end: bytes.length, at: 0, inFile: true })
}
const state = (file: Uint8Array) => stateAt(openFile(Uint8Array.from(file)), file.length)
const problem = (file: Uint8Array) => verified(file).document.problem?.code

t.test('values are read as ISO 32000 writes them', async (t) => {
  t.equal(textOf(value('(a\\(b\\)\\101\\\r\nc(d))')), 'a(b)Ac(d)')
  t.equal(textOf(value('<FEFF5F204F1F>')), '张伟')
  t.equal(nameOf(value('/A#20B')), 'A B')
  t.match(value('[1 -2.5 +3 true null 4 0 R]'), { items: [1, -2.5, 3, true, null, { number: 4 }] })
  t.match(value('<< /A 1 /A 2 >>'), { twice: ['A'] })
  t.match(
    [value('<ab1>'), value('<aB>'), value('<ab>')],
    [{ odd: true }, { odd: true }, { odd: false }],
  )
  for (const text of ['<< /A >>', '[1 2', '(a', '<ab', '>>', 'word', '<< 1 2 >>']) {
    t.throws(() => value(text), ReadingFault, text)
  }
})

t.test('nothing that is nested without end ends the reader', async (t) => {
  t.throws(() => value('['.repeat(200_000)), { code: 'PDF_TOO_DEEP' })
  t.throws(() => value('<< /A '.repeat(200_000)), { code: 'PDF_TOO_DEEP' })
})

t.test('what zlib packs is unpacked, up to the size that is allowed', async (t) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 3000 }),
      fc.integer({ min: 0, max: 9 }),
      (data, level) => {
        const text = Buffer.concat([data, data.subarray(0, data.length / 2)])
        for (const packed of [deflateSync(text, { level }), deflateRawSync(text, { level })]) {
          assert.ok(Buffer.from(inflate(packed, 1 << 20)).equals(text))
        }
      },
    ),
  )
  t.throws(() => inflate(deflateSync(Buffer.alloc(50 << 20)), 1 << 20), { code: 'PDF_TOO_LARGE' })
  t.throws(() => inflate(deflateSync(Buffer.from('some text')).subarray(0, 8), 99), {
    code: 'PDF_STREAM_BROKEN',
  })
})

t.test('objects stand in streams, and sections in a chain that ends', async (t) => {
  const packed = deflateSync(Buffer.from('40 0 41 13 (packed one) << /Two 2 >>')).toString('latin1')
  const body = `<< /Type /ObjStm /N 2 /First 11 /Filter /FlateDecode /Length ${packed.length} >>\nstream\n${packed}\nendstream`
  const file = update(makePdf(contract), { 50: body })
  const at = file.length
  const entries = ['020000003200', '020000003201', `01${at.toString(16).padStart(8, '0')}00`].join(
    '',
  )
  const section = `999 0 obj\n<< /Type /XRef /W [1 4 1] /Index [40 2 999 1] /Size 1000 /Root 1 0 R /Prev ${state(file).sections[0]?.offset} /Filter /ASCIIHexDecode /Length ${entries.length + 1} >>\nstream\n${entries}>\nendstream\nendobj\nstartxref\n${at}\n%%EOF\n`
  const whole = Buffer.concat([file, Buffer.from(section, 'latin1')])
  t.equal(textOf(objectOf(state(whole), 40)), 'packed one')
  t.match(follow(state(whole), objectOf(state(whole), 41)), { kind: 'dict' })
  t.strictSame(
    state(whole).sections.map(({ kind }) => kind),
    ['stream', 'table', 'table'],
  )
})

t.test('a chain that leads back, or to what is no section, is refused', async (t) => {
  const base = makePdf(contract)
  const at = base.length + Buffer.from('4 0 obj\nnull\nendobj\n').length
  t.equal(problem(update(base, { 4: 'null' }, { previous: at })), 'PDF_XREF_LOOP')
  t.equal(problem(update(base, { 4: 'null' }, { previous: 3 })), 'PDF_OBJECT_MISPLACED')
  t.equal(problem(update(base, { 4: 'null' }, { previous: 99_999_999 })), 'PDF_XREF_BROKEN')
})

t.test('kids, fields and lengths that lead to themselves come to an end', async (t) => {
  const loops = {
    ...contract,
    2: '<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 1 >>',
    4: '<< /Length 4 0 R >>\nstream\nabc\nendstream',
    5: '<< /Fields [6 0 R 8 0 R] >>',
    8: '<< /T (A) /Kids [8 0 R 5 0 R] >>',
    10: '10 0 R',
  }
  const read = state(makePdf(loops))
  t.equal(pageTree(read).pages.length, 1)
  t.equal(catalogOf(read).number, 1)
  t.equal(verified(makePdf(loops)).document.problem, undefined)
  t.equal(verified(update(makePdf(loops), { 12: 'null' })).document.revisions, 2)
})

t.test('writers who put bytes before the table, or forget endobj, are understood', async (t) => {
  const sloppy = makePdf(contract)
    .toString('latin1')
    .replace('endobj\n10 0 obj', '      \n10 0 obj')
  t.equal(problem(Buffer.from(sloppy, 'latin1')), undefined)
})

t.test('a file that is cut or changed anywhere has an answer, and soon', async () => {
  const file = update(update(makePdf(contract), { 8: contract[8] ?? '' }, { asStream: true }), {
    4: 'null',
  })
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: file.length }),
      fc.array(fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 0, max: 255 })), {
        maxLength: 8,
      }),
      (end, flips) => {
        const changed = Buffer.from(file)
        for (const [at, byte] of flips) changed[at] = byte
        verified(changed)
        verified(changed.subarray(0, end))
      },
    ),
    { numRuns: 400 },
  )
})
