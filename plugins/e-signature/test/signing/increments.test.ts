import { createHash } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { prepareDocument } from '../../src/pdf/prepare-document.ts'
import { documentTimestampIncrement } from '../../src/signing/document-timestamp-increment.ts'
import { dssIncrement } from '../../src/signing/dss-increment.ts'
import { embedContents } from '../../src/signing/embed-contents.ts'
import { signatureIncrement } from '../../src/signing/signature-increment.ts'
import type {
  DocumentField,
  SignatureRequest,
  SigningPlan,
} from '../../src/signing/signing-plan.ts'
import { sealPng } from '../support/sample-images.ts'
import { contract } from '../support/sample-pdf.ts'
import { FONT } from '../support/signed-file.ts'

const at = (y: number) => ({ page: 1, x: 40, y, width: 150, height: 40 })
const fields: DocumentField[] = [
  { name: 'a', kind: 'signature', signer: 'a', at: at(100) },
  { name: 'b', kind: 'signature', signer: 'b', at: at(200), seal: '公章' },
  { name: 'price', kind: 'amount', signer: 'b', at: at(300) },
  {
    name: 'agreed',
    kind: 'checkbox',
    signer: 'b',
    at: { page: 1, x: 300, y: 300, width: 12, height: 12 },
  },
  { name: 'edge', kind: 'straddle', signer: 'b', seal: '公章' },
]
const pages = Array.from({ length: 3 }, (_, index) => ({ text: `Page ${index + 1}` }))
const seals = [{ name: '公章', image: sealPng(40) }]
const prepared = await prepareDocument(contract({ pages }), {
  fields,
  values: {},
  seals,
  signers: [],
  font: FONT,
})
const { plan } = prepared
const request = (more: Partial<SignatureRequest> = {}): SignatureRequest => ({
  ...{ field: 'a', name: '张伟', at: '2026-11-27T18:00:00.5+08:00', contentsBytes: 64 },
  ...more,
})
const text = (...parts: readonly Uint8Array[]) => Buffer.concat(parts).toString('latin1')
/** Numbers of the objects that an increment writes. */
const objectsOf = (increment: string) =>
  [...increment.matchAll(/^(\d+) \d+ obj$/gm)].map(([, number]) => Number(number))

t.test('a signature writes its own field and values and what is new, and no page', async (t) => {
  const { before, gap, after, nextPlan } = signatureIncrement(
    plan,
    request({ field: 'b', values: { price: '107000.53', agreed: true } }),
  )
  const written = objectsOf(text(before, gap, after)).filter((object) => object < plan.nextObject)
  const own = plan.fields.filter(({ name }) => name !== 'a')
  const allowed = own.flatMap(({ object, widgets }) => [
    object,
    ...widgets.map((widget) => widget.object),
  ])
  t.strictSame([...new Set(written)].sort(), [...new Set(allowed)].sort())
  t.strictSame(
    nextPlan.fields.filter(({ isFilled }) => isFilled).map(({ name }) => name),
    ['b', 'price', 'agreed', 'edge'],
  )
  t.match(text(before), /\/V \/Yes/)
  t.match(text(before), /\/M \(D:20261127180000\+08'00'\)/)
  t.notMatch(text(before, after), /DocMDP|\/Cert /)
  t.match(text(before), /FieldMDP.*\/Fields \[\(price\) \(agreed\) \(edge\)\]/)
})

t.test('the first signature certifies with DocMDP P 2, and no other', async (t) => {
  const first = signatureIncrement(plan, request({ certify: true }))
  t.match(text(first.before), /\/TransformParams <<\/Type \/TransformParams\/P 2\/V \/1\.2>>/)
  t.match(text(first.before), /\/Perms <<\/DocMDP \d+ 0 R>>/)
  t.ok(first.nextPlan.isCertified)
  t.throws(() => signatureIncrement(first.nextPlan, request({ field: 'b', certify: true })), {
    code: 'NOT_FIRST_SIGNATURE',
  })
  t.throws(() => signatureIncrement(first.nextPlan, request()), { code: 'FIELD_SIGNED' })
})

t.test('what a signer may not or cannot fill is refused', async (t) => {
  const refused = (code: string, more: Partial<SignatureRequest>) =>
    t.throws(() => signatureIncrement(plan, request(more)), { code }, code)
  refused('FIELD_MISSING', { field: 'nobody' })
  refused('FIELD_MISSING', { field: 'price' })
  refused('FIELD_NOT_OWN', { values: { price: '1' } })
  refused('FIELD_NOT_OWN', { field: 'b', values: { edge: 'x' } })
  refused('FIELD_NOT_OWN', { field: 'b', values: { nothing: 'x' } })
  refused('VALUE_UNFIT', { field: 'b', values: { agreed: 'yes' } })
  refused('VALUE_UNFIT', { field: 'b', values: { price: 'many' } })
  refused('GLYPH_MISSING', { stamp: { lines: ['龘'] } })
  refused('GLYPH_MISSING', { stamp: { lines: ['\u3400'] }, font: FONT })
  refused('STAMP_TOO_LONG', { stamp: { lines: ['A'.repeat(2000)] } })
  refused('IMAGE_UNUSABLE', { stamp: { lines: [], image: new Uint8Array(9) } })
  const { before } = signatureIncrement(plan, request({ stamp: { lines: ['龘'] }, font: FONT }))
  t.match(text(before), /\/FontFile2/)
})

t.test(
  'byte ranges cover all but the contents, whatever is signed in whatever order',
  async (t) => {
    const step = fc.constantFrom('a', 'b', 'time', 'proofs')
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(step, { minLength: 1 }),
        fc.integer({ min: 8, max: 300 }),
        async (steps, room) => {
          let [bytes, now]: [Uint8Array, SigningPlan] = [prepared.bytes, plan]
          for (const each of steps) {
            if (each === 'proofs') {
              const proof = new Uint8Array(createHash('sha256').update(bytes).digest())
              const increment = dssIncrement(now, {
                certificates: [proof, proof],
                ocsps: [],
                crls: [proof],
                vri: [{ key: 'AB', certificates: [0, 1], ocsps: [], crls: [0] }],
              })
              bytes = Buffer.concat([bytes, increment.bytes])
              now = increment.nextPlan
            } else {
              const increment =
                each === 'time'
                  ? documentTimestampIncrement(now, { name: 'time', contentsBytes: room })
                  : signatureIncrement(now, request({ field: each, contentsBytes: room }))
              const { before, gap, after, byteRange } = increment
              const whole = Buffer.concat([bytes, before, gap, after])
              const [start, a, b, c] = byteRange
              const said = /\/ByteRange \[(\d+) +(\d+) +(\d+) +(\d+) *\]/
                .exec(text(before))
                ?.slice(1)
                .map(Number)
              t.strictSame(said, [start, a, b, c])
              t.strictSame(
                [whole[a], whole[b - 1], b + c, gap.length],
                [0x3c, 0x3e, whole.length, 2 * room + 2],
              )
              bytes = whole
              now = increment.nextPlan
            }
            t.equal(now.size, bytes.length)
            t.equal(text(bytes.subarray(now.startxref, now.startxref + 4)), 'xref')
            for (const [, offset] of text(bytes.subarray(now.startxref)).matchAll(
              /^(\d{10}) \d{5} n/gm,
            )) {
              t.match(text(bytes.subarray(Number(offset), Number(offset) + 20)), /^\d+ \d+ obj\n/)
            }
          }
        },
      ),
      { numRuns: 25 },
    )
  },
)

t.test('a proof is written once, and those of before stay', async (t) => {
  const [one, two] = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)]
  const first = dssIncrement(plan, { certificates: [one, one], ocsps: [], crls: [], vri: [] })
  const second = dssIncrement(first.nextPlan, {
    certificates: [one, two],
    ocsps: [],
    crls: [],
    vri: [{ key: 'CD', certificates: [1], ocsps: [], crls: [] }],
  })
  t.equal(text(first.bytes).match(/^stream$/gm)?.length, 1)
  t.equal(text(second.bytes).match(/^stream$/gm)?.length, 1)
  t.equal(Object.keys(second.nextPlan.proofs.certificates).length, 2)
  t.equal(second.nextPlan.proofs.object, first.nextPlan.proofs.object)
  const stream = /stream\n([\s\S]*?)\nendstream/.exec(text(second.bytes))?.[1] ?? ''
  t.strictSame(new Uint8Array(inflateSync(Buffer.from(stream, 'latin1'))), two)
  t.throws(
    () =>
      dssIncrement(plan, {
        certificates: [],
        ocsps: [],
        crls: [],
        vri: [{ key: 'A', certificates: [0], ocsps: [], crls: [] }],
      }),
    { code: 'PROOF_MISSING' },
  )
})

t.test(
  'a CMS goes into its gap with zeros after it, one that is too large is refused',
  async (t) => {
    const { gap } = signatureIncrement(plan, request({ contentsBytes: 4 }))
    const { contents, vriKey } = embedContents(gap, Uint8Array.of(0xab, 0x01))
    t.equal(text(contents), '<ab010000>')
    t.equal(
      vriKey,
      createHash('sha1')
        .update(Uint8Array.of(0xab, 1, 0, 0))
        .digest('hex')
        .toUpperCase(),
    )
    t.throws(() => embedContents(gap, new Uint8Array(5)), { code: 'CONTENTS_TOO_LARGE' })
  },
)

t.test('a time stamp adds a field of its own name alone', async (t) => {
  t.throws(() => documentTimestampIncrement(plan, { name: 'a', contentsBytes: 9 }), {
    code: 'FIELD_NAME_TAKEN',
  })
  const { before, nextPlan } = documentTimestampIncrement(plan, { name: 't', contentsBytes: 9 })
  const old = objectsOf(text(before)).filter((object) => object < plan.nextObject)
  t.strictSame(old, [plan.form.object])
  t.throws(() => documentTimestampIncrement(nextPlan, { name: 't', contentsBytes: 9 }), {
    code: 'FIELD_NAME_TAKEN',
  })
})

t.test(
  'a seal that straddles pages is cut into as many slices as there are pages, ten at most',
  async (t) => {
    const many = Array.from({ length: 23 }, () => ({ text: 'x' }))
    const { plan: long } = await prepareDocument(contract({ pages: many }), {
      fields: fields.filter(({ kind }) => kind === 'straddle'),
      values: {},
      seals,
      signers: [],
      font: FONT,
    })
    const slices = long.fields[0]?.widgets.map(({ slice }) => slice)
    t.equal(slices?.length, 23)
    t.ok(
      slices?.every(
        (slice) => slice !== undefined && slice[0] < slice[1] && slice[1] <= 10 && slice[1] >= 2,
      ),
    )
    for (const [index, slice] of slices?.entries() ?? []) {
      if (index > 0) t.equal(slice?.[0], slice?.[0] === 0 ? 0 : (slices?.[index - 1]?.[0] ?? 0) + 1)
    }
  },
)
