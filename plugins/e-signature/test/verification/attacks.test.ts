import t from 'tap'
import type { ChangeCode } from '../../src/verification/changes.ts'
import type { FaultCode } from '../../src/verification/faults.ts'
import { Pki, profiles } from '../support/pki.ts'
import { contract, lastSection, makePdf, type Objects, sign, stream, update } from './pdf-maker.ts'
import { suspicions, verified } from './verified.ts'

const pki = await Pki.start(t)
const signer = { kind: 'p256', extensions: profiles.signer, by: 'inter' } as const
await pki.issue('alice', { ...signer, subject: '/CN=Alice' })
const anchors = [await pki.certificate('root')]
const docMdp = (level: number) =>
  `/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P ${level} /V /1.2 >> >>]`
const perms = { 1: (contract[1] ?? '').replace(/>>$/, '/Perms << /DocMDP 20 0 R >> >>') }
const base = makePdf(contract)
const one = await sign(base, pki, { field: 6, value: 20 })
const certified = (level: number) =>
  sign(base, pki, { field: 6, value: 20, entries: docMdp(level), objects: perms })
const certifiedFill = await certified(2)
const certifiedNothing = await certified(1)
const certifiedNotes = await certified(3)

const page = contract[3] ?? ''
const form = contract[5] ?? ''
const amount = contract[8] ?? ''
const evil = stream('BT (9000) Tj ET', '/Type /XObject /Subtype /Form /BBox [0 0 200 20]')
const note =
  '<< /Type /Annot /Subtype /FreeText /Rect [60 690 400 720] /Contents (1 yuan) /P 3 0 R >>'

/** What an attacker writes behind a signature, and what it has to be called. */
const laterChanges: readonly (readonly [string, Objects, ChangeCode])[] = [
  [
    'a page is added',
    {
      2: '<< /Type /Pages /Kids [3 0 R 40 0 R] /Count 2 >>',
      40: '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>',
    },
    'PAGE_ADDED',
  ],
  [
    'the page is taken for another',
    { 2: '<< /Type /Pages /Kids [40 0 R] /Count 1 >>', 40: page },
    'PAGE_REMOVED',
  ],
  [
    'the text is replaced in its own object',
    { 4: stream('BT /F1 12 Tf 60 700 Td (The buyer pays 9000 yuan.) Tj ET') },
    'CONTENT_CHANGED',
  ],
  [
    'the page is given other content',
    { 3: page.replace('4 0 R', '40 0 R'), 40: stream('BT (9000) Tj ET') },
    'CONTENT_CHANGED',
  ],
  [
    'content is joined by more',
    {
      3: page.replace('/Contents 4 0 R', '/Contents [4 0 R 40 0 R]'),
      40: stream('BT (and 9000) Tj ET'),
    },
    'CONTENT_CHANGED',
  ],
  [
    'the font is replaced, so that digits look like others',
    { 10: '<< /Type /Font /Subtype /Type3 /FontMatrix [1 0 0 1 0 0] >>' },
    'RESOURCE_CHANGED',
  ],
  ['the page is turned', { 3: page.replace('/MediaBox', '/Rotate 180 /MediaBox') }, 'PAGE_CHANGED'],
  [
    'the page is cropped',
    { 3: page.replace('/MediaBox', '/CropBox [0 0 595 500] /MediaBox') },
    'PAGE_CHANGED',
  ],
  [
    'a layer is hidden',
    { 1: (contract[1] ?? '').replace(/>>$/, '/OCProperties << /OCGs [] /D << /OFF [] >> >> >>') },
    'LAYERS_CHANGED',
  ],
  [
    'a script runs on opening',
    {
      1: (contract[1] ?? '').replace(
        />>$/,
        '/OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>',
      ),
    },
    'SCRIPT_CHANGED',
  ],
  [
    'a script comes by a name',
    { 1: (contract[1] ?? '').replace(/>>$/, '/Names << /JavaScript << /Names [] >> >> >>') },
    'SCRIPT_CHANGED',
  ],
  [
    'a script hangs on a field',
    { 8: amount.replace(/>>$/, '/AA << /K << /S /JavaScript /JS (x) >> >> >>') },
    'SCRIPT_CHANGED',
  ],
  [
    'a note covers the text',
    { 3: page.replace('8 0 R]', '8 0 R 40 0 R]'), 40: note },
    'ANNOTATION_ADDED',
  ],
  [
    'a widget without a field covers the text',
    {
      3: page.replace('8 0 R]', '8 0 R 40 0 R]'),
      40: '<< /Type /Annot /Subtype /Widget /Rect [60 690 400 720] /AP << /N 9 0 R >> >>',
    },
    'WIDGET_WITHOUT_FIELD',
  ],
  ['a field shows what nobody filled in', { 9: evil }, 'APPEARANCE_WITHOUT_VALUE'],
  [
    'a field is moved over the text',
    { 8: amount.replace('60 600 260 620', '60 690 400 720') },
    'FIELD_CHANGED',
  ],
  ['a field is hidden', { 8: amount.replace('/F 4', '/F 2') }, 'FIELD_CHANGED'],
  [
    'a field gets another face for its text',
    { 8: amount.replace('/F 4', '/F 4 /DA (/F1 0 Tf 1 g)') },
    'FIELD_CHANGED',
  ],
  [
    'a new text field covers the text',
    {
      5: form.replace('8 0 R]', '8 0 R 40 0 R]'),
      3: page.replace('8 0 R]', '8 0 R 40 0 R]'),
      40: amount.replace('Amount', 'Evil'),
    },
    'FIELD_ADDED',
  ],
  ['a field is taken out of the form', { 5: form.replace(' 8 0 R]', ']') }, 'FIELD_REMOVED'],
  ['a field is taken off its page', { 3: page.replace(' 8 0 R]', ']') }, 'FIELD_CHANGED'],
  [
    'the form says that faces are to be made anew',
    { 5: form.replace('/SigFlags', '/NeedAppearances true /SigFlags') },
    'FORM_CHANGED',
  ],
  [
    'the form gets another look',
    { 5: form.replace('/F1 0 Tf 0 g', '/F1 0 Tf 1 g') },
    'FORM_CHANGED',
  ],
  [
    'the form takes back that it is signed',
    { 5: form.replace('/SigFlags 3', '/SigFlags 0') },
    'FORM_CHANGED',
  ],
  [
    'the form becomes one of XFA',
    { 5: form.replace('/SigFlags', '/XFA 40 0 R /SigFlags'), 40: stream('<xdp/>') },
    'FORM_CHANGED',
  ],
  ['the face of the signature says another name', { 21: evil }, 'SIGNED_FIELD_CHANGED'],
  ['the signed field is emptied', { 6: contract[6] ?? '' }, 'SIGNED_FIELD_CHANGED'],
  ['the title changes', { 11: '<< /Title (Another contract) >>' }, 'DOCUMENT_TITLE_CHANGED'],
  ['an object of the page becomes one of the form', { 4: amount }, 'CONTENT_CHANGED'],
  [
    'a certification comes after a signature',
    { 1: (contract[1] ?? '').replace(/>>$/, '/Perms << /DocMDP 20 0 R >> >>') },
    'CATALOG_CHANGED',
  ],
  [
    'the outline is new',
    { 1: (contract[1] ?? '').replace(/>>$/, '/Outlines << >> >>') },
    'CATALOG_CHANGED',
  ],
]

t.test(
  'what is changed behind a signature is named, and the signature said to be intact over what it covers',
  async (t) => {
    for (const [name, objects, code] of laterChanges) {
      for (const asStream of [false, true]) {
        const [signature] = verified(update(one, objects, { asStream }), anchors).signatures
        t.equal(signature?.intact, true, name)
        t.equal(signature?.changesAfter, 'suspicious', name)
        t.ok(
          signature?.changes.some((change) => change.code === code && !change.allowed),
          `${name}: ${suspicions(signature as never).join()}`,
        )
        t.equal(signature?.coversWholeFile, false)
      }
    }
  },
)

t.test('a change is told with its revision, its object and where it stands', async (t) => {
  const [signature] = verified(update(one, { 4: stream('BT (9000) Tj ET') }), anchors).signatures
  t.strictSame(signature?.changes, [
    { code: 'CONTENT_CHANGED', path: 'page 1/Contents', object: 4, revision: 3, allowed: false },
  ])
})

t.test('what was changed and changed back is told, too', async (t) => {
  const changed = update(one, { 4: stream('BT (9000) Tj ET') })
  const [signature] = verified(update(changed, { 4: contract[4] ?? '' }), anchors).signatures
  t.strictSame(suspicions(signature as never), ['CONTENT_CHANGED', 'CONTENT_CHANGED'])
})

t.test(
  'an object that is the face of a field and the content of a page changes as both',
  async (t) => {
    const shared = { ...contract, 3: page.replace('4 0 R', '9 0 R') }
    const signed = await sign(makePdf(shared), pki, { field: 6, value: 20 })
    const [signature] = verified(
      update(signed, { 8: amount.replace('(1000)', '(9000)'), 9: evil }),
      anchors,
    ).signatures
    t.strictSame(suspicions(signature as never), ['CONTENT_CHANGED'])
  },
)

t.test('filling in, signing, proofs and time stamps are allowed, and told', async (t) => {
  const filled = update(one, { 8: amount.replace('(1000)', '(9000)'), 9: evil })
  const [signature] = verified(filled, anchors).signatures
  t.equal(signature?.changesAfter, 'allowed')
  t.match(signature?.changes, [{ code: 'FIELD_FILLED', field: 'Amount', allowed: true }])
  const [proven] = verified(
    update(one, { 1: (contract[1] ?? '').replace(/>>$/, '/DSS << /Certs [] >> >>') }),
    anchors,
  ).signatures
  t.match(proven, { changesAfter: 'allowed', changes: [{ code: 'PROOF_ADDED' }] })
  const two = verified(await sign(one, pki, { field: 7, value: 30 }), anchors).signatures
  t.match(two, [
    { changesAfter: 'allowed', changes: [{ code: 'SIGNED', field: 'PartyB' }] },
    { changesAfter: 'none', coversWholeFile: true },
  ])
})

t.test('a proof that is taken out again is not allowed', async (t) => {
  const dss = (list: string) => (contract[1] ?? '').replace(/>>$/, `/DSS << /Certs [${list}] >> >>`)
  const proven = update(one, { 1: dss('40 0 R'), 40: stream('abc') })
  const [signature] = verified(update(proven, { 1: dss('') }), anchors).signatures
  t.strictSame(suspicions(signature as never), ['PROOF_REMOVED'])
})

t.test('a certification allows what its level says, and no more', async (t) => {
  const fill: Objects = { 8: amount.replace('(1000)', '(9000)'), 9: evil }
  const annotate: Objects = { 3: page.replace('8 0 R]', '8 0 R 40 0 R]'), 40: note }
  const after = (file: Buffer, objects: Objects) => {
    const kept = objects[1] === undefined ? objects : { ...objects, 1: objects[1] }
    return verified(update(file, kept), anchors).signatures[0]?.changesAfter
  }
  t.equal(after(certifiedNothing, fill), 'suspicious')
  t.equal(after(certifiedFill, fill), 'allowed')
  t.equal(after(certifiedFill, annotate), 'suspicious')
  t.equal(after(certifiedNotes, annotate), 'allowed')
  t.equal(after(certifiedNotes, { 4: stream('x') }), 'suspicious')
  const signed = await sign(certifiedNothing, pki, { field: 7, value: 30 })
  t.equal(verified(signed, anchors).signatures[0]?.changesAfter, 'suspicious')
  t.match(verified(certifiedFill, anchors).signatures[0], {
    certifies: true,
    permissions: 2,
    level: 'B-B',
  })
  const dropped = update(certifiedFill, { 1: contract[1] ?? '' })
  t.ok(suspicions(verified(dropped, anchors).signatures[0] as never).includes('CATALOG_CHANGED'))
})

t.test('fields that a signature locked may not be filled in, others may', async (t) => {
  const lock = (words: string) =>
    `/Reference [<< /Type /SigRef /TransformMethod /FieldMDP /TransformParams << /Type /TransformParams ${words} /V /1.2 >> >>]`
  const fill: Objects = { 8: amount.replace('(1000)', '(9000)'), 9: evil }
  for (const [words, verdict] of [
    ['/Action /All', 'suspicious'],
    ['/Action /Include /Fields [(Amount)]', 'suspicious'],
    ['/Action /Include /Fields [(Other)]', 'allowed'],
    ['/Action /Exclude /Fields [(Amount)]', 'allowed'],
  ] as const) {
    const locked = await sign(base, pki, { field: 6, value: 20, entries: lock(words) })
    t.equal(verified(update(locked, fill), anchors).signatures[0]?.changesAfter, verdict, words)
  }
  const own = (contract[6] ?? '').replace(/>>$/, '/Lock << /Type /SigFieldLock /Action /All >> >>')
  const byField = await sign(base, pki, { field: 6, value: 20, fieldBody: own })
  t.equal(verified(update(byField, fill), anchors).signatures[0]?.changesAfter, 'suspicious')
})

t.test(
  'a new signature field in sight covers a certified page, and is allowed where nobody certified',
  async (t) => {
    const body = (contract[7] ?? '')
      .replace('PartyB', 'Sneaky')
      .replace('320 80 520 130', '60 690 400 720')
    const add = (file: Buffer) =>
      sign(file, pki, {
        field: 40,
        value: 41,
        fieldBody: body,
        objects: {
          5: form.replace('8 0 R]', '8 0 R 40 0 R]'),
          3: page.replace('8 0 R]', '8 0 R 40 0 R]'),
        },
      })
    t.match(verified(await add(certifiedFill), anchors).signatures[0], {
      changesAfter: 'suspicious',
    })
    t.match(verified(await add(one), anchors).signatures[0], {
      changesAfter: 'allowed',
      changes: [{ code: 'SIGNATURE_FIELD_ADDED', field: 'Sneaky', visible: true }],
    })
  },
)

t.test('a later signature that does not hold is no more than a change', async (t) => {
  const two = await sign(one, pki, { field: 7, value: 30 })
  const at = two.lastIndexOf('(signed)')
  two.write('(SIGNED)', at, 'latin1')
  t.match(verified(two, anchors).signatures, [
    { intact: true, changesAfter: 'suspicious', changes: [{ code: 'SIGNED', allowed: false }] },
    { intact: false, faults: ['DIGEST_MISMATCH'] },
  ])
})

t.test(
  'another catalog, a rewritten history and what stands behind the end are told',
  async (t) => {
    const codes = (file: Buffer) => suspicions(verified(file, anchors).signatures[0] as never)
    const swapped = update(
      one,
      { 50: (contract[1] ?? '').replace(/>>$/, '/Lang (x) >>') },
      { root: 50 },
    )
    t.ok(codes(swapped).includes('CATALOG_SWAPPED'))
    const rewritten = update(
      one,
      { ...contract, 4: stream('BT (9000) Tj ET') },
      { previous: lastSection(base) },
    )
    t.ok(codes(rewritten).includes('HISTORY_REWRITTEN'))
    t.strictSame(codes(Buffer.concat([one, Buffer.from('40 0 obj << >> endobj')])), [
      'BYTES_AFTER_END',
    ])
    t.strictSame(codes(Buffer.concat([one, Buffer.from('\r\n\n')])), [])
  },
)

t.test(
  'a file that puts the signed text out of sight by a cross-reference alone is found out',
  async (t) => {
    const hidden = { 4: stream('BT (The buyer pays 9000 yuan.) Tj ET') }
    const prepared = await sign(makePdf(contract, hidden), pki, { field: 6, value: 20 })
    const at = prepared.indexOf('4 0 obj')
    t.match(verified(prepared, anchors), {
      document: { hidden: [{ number: 4, at }] },
      signatures: [{ intact: true, faults: ['HIDDEN_CONTENT'] }],
    })
    const brought = update(prepared, { 4: 'null' }, { listed: { 4: at } })
    t.ok(suspicions(verified(brought, anchors).signatures[0] as never).includes('CONTENT_CHANGED'))
  },
)

t.test('a section that points elsewhere is not followed', async (t) => {
  const report = verified(update(one, { 4: stream('x') }, { listed: { 4: 20 } }), anchors)
  t.equal(report.document.problem?.code ?? report.signatures[0]?.changesAfter, 'suspicious')
})

const wrong: readonly (readonly [string, (file: Buffer) => void, FaultCode])[] = [
  [
    'the second range begins within the first',
    (file) => setRange(file, ([, a = 0, b = 0, c = 0]) => [0, b + 10, b, c]),
    'BYTE_RANGE_OVERLAPS',
  ],
  [
    'the first range begins later',
    (file) => setRange(file, ([, a = 0, b = 0, c = 0]) => [5, a - 5, b, c]),
    'BYTE_RANGE_MALFORMED',
  ],
  [
    'the gap is larger than the contents',
    (file) => setRange(file, ([, a = 0, b = 0, c = 0]) => [0, a - 9, b, c]),
    'BYTE_RANGE_GAP',
  ],
  [
    'the gap is smaller than the contents',
    (file) => setRange(file, ([, a = 0, b = 0, c = 0]) => [0, a + 1, b, c]),
    'BYTE_RANGE_GAP',
  ],
  [
    'the range ends beyond the file',
    (file) => setRange(file, ([, a = 0, b = 0, c = 0]) => [0, a, b, c + 9]),
    'BYTE_RANGE_BEYOND_FILE',
  ],
  [
    'the range ends within the revision',
    (file) => setRange(file, ([, a = 0, b = 0, c = 0]) => [0, a, b, c - 9]),
    'REVISION_WITHOUT_END',
  ],
  [
    'there is no range',
    (file) => file.write('/ByteRang_', file.lastIndexOf('/ByteRange'), 'latin1'),
    'BYTE_RANGE_MISSING',
  ],
  [
    'the contents are of another case in part',
    (file) => file.write('A', file.indexOf('a', file.lastIndexOf('/Contents <') + 11), 'latin1'),
    'CONTENTS_NOT_HEX',
  ],
  [
    'the contents have no hexadecimal digits',
    (file) => file.write('zz', file.lastIndexOf('/Contents <') + 20, 'latin1'),
    'CONTENTS_NOT_HEX',
  ],
  [
    'the room behind the value is filled',
    (file) => file.write('ff', file.lastIndexOf('/Contents <') + 6000, 'latin1'),
    'CMS_DATA_AFTER',
  ],
  [
    'the kind is one that is not verified',
    (file) => file.write('ETSI.CAdES.detachex', file.lastIndexOf('ETSI.CAdES'), 'latin1'),
    'SUBFILTER_UNSUPPORTED',
  ],
  [
    'a signed byte is changed',
    (file) => file.write('9', file.indexOf('1000 yuan'), 'latin1'),
    'DIGEST_MISMATCH',
  ],
]

function setRange(file: Buffer, change: (range: number[]) => number[]): void {
  const at = file.lastIndexOf('/ByteRange [') + 12
  const end = file.indexOf(']', at)
  const range = file.subarray(at, end).toString('latin1').trim().split(/\s+/).map(Number)
  file.write(
    change(range)
      .join(' ')
      .padEnd(end - at),
    at,
    'latin1',
  )
}

t.test(
  'a signature that does not cover just the file without its own value is not intact',
  async (t) => {
    for (const [name, change, fault] of wrong) {
      const file = Buffer.from(one)
      change(file)
      const [signature] = verified(file, anchors).signatures
      t.ok(signature?.faults.includes(fault), `${name}: ${signature?.faults.join()}`)
      if (fault !== 'CMS_DATA_AFTER') t.equal(signature?.intact, false, name)
    }
    const widened = await sign(base, pki, { field: 6, value: 20, widen: 400 })
    t.match(verified(widened, anchors).signatures, [{ intact: false, faults: ['BYTE_RANGE_GAP'] }])
  },
)

t.test('a value with two signers, or none that is known, is not taken', async (t) => {
  const twice = await sign(base, pki, {
    field: 6,
    value: 20,
    container: (der) => withTwoSigners(der),
  })
  t.match(verified(twice, anchors).signatures, [{ intact: false, faults: ['SEVERAL_SIGNERS'] }])
})

/** SignedData ends with the set of its signers: it is put there twice, with all lengths of DER anew. */
function withTwoSigners(der: Uint8Array): Uint8Array {
  const bytes = Buffer.from(der)
  const children = (start: number, end: number): Buffer[] => {
    const found: Buffer[] = []
    for (let at = start; at < end; ) {
      const [head, length] = sizeAt(bytes, at)
      found.push(bytes.subarray(at, at + head + length))
      at += head + length
    }
    return found
  }
  const wrap = (tag: number, body: Buffer) =>
    Buffer.concat([Buffer.from([tag, 0x82, body.length >> 8, body.length & 255]), body])
  const [outer] = sizeAt(bytes, 0)
  const [type, tagged] = children(outer, bytes.length) as [Buffer, Buffer]
  const start = tagged.byteOffset - bytes.byteOffset
  const [head] = sizeAt(bytes, start)
  const [inner] = sizeAt(bytes, start + head)
  const parts = children(start + head + inner, bytes.length)
  const signers = parts.pop() as Buffer
  const [own] = sizeAt(signers, 0)
  const both = wrap(0x31, Buffer.concat([signers.subarray(own), signers.subarray(own)]))
  return wrap(0x30, Buffer.concat([type, wrap(0xa0, wrap(0x30, Buffer.concat([...parts, both])))]))
}

function sizeAt(bytes: Buffer, at: number): [head: number, length: number] {
  const first = bytes[at + 1] ?? 0
  if (first < 0x80) return [2, first]
  return [2 + (first & 0x7f), bytes.readUIntBE(at + 2, first & 0x7f)]
}

t.test('a signature that is shown from another field, or was taken out, is told', async (t) => {
  const moved = update(one, {
    6: contract[6] ?? '',
    7: (contract[7] ?? '').replace(/>>$/, '/V 20 0 R >>'),
  })
  const [signature] = verified(moved, anchors).signatures
  t.equal(signature?.changesAfter, 'suspicious')
  t.ok(suspicions(signature as never).includes('SIGNATURE_REMOVED'))
  const copied = update(base, {
    6: (contract[6] ?? '').replace(/>>$/, '/V 20 0 R >>'),
    20: one
      .subarray(one.indexOf('20 0 obj') + 8, one.indexOf('endobj', one.indexOf('20 0 obj')))
      .toString('latin1'),
  })
  t.match(verified(copied, anchors).signatures, [{ intact: false }])
})
