import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { prepareDocument } from '../../src/pdf/prepare-document.ts'
import { signatureIncrement } from '../../src/signing/signature-increment.ts'
import type { DocumentField, PreparationRequest } from '../../src/signing/signing-plan.ts'
import { sealPng } from '../support/sample-images.ts'
import { contract } from '../support/sample-pdf.ts'
import { FONT, programsMissing, said } from '../support/signed-file.ts'

const skip = await programsMissing('qpdf', 'pdftotext', 'pdfinfo')
const folder = await mkdtemp(join(tmpdir(), 'signalbox-pdf-'))
t.teardown(() => rm(folder, { recursive: true, force: true }))

const cases = new URL('../../../../../shared/cases/domain/esign/', import.meta.url)
const casesMissing = existsSync(cases)
  ? false
  : 'the reference cases are not here: expected ../shared/cases/domain/esign beside the repository'

const prepare = (file: Uint8Array, request: Partial<PreparationRequest> = {}) =>
  prepareDocument(file, { fields: [], values: {}, seals: [], signers: [], font: FONT, ...request })

const signature = (more: Partial<DocumentField> = {}): DocumentField => ({
  name: 'first',
  kind: 'signature',
  signer: 's',
  at: { page: 1, x: 10, y: 10, width: 100, height: 40 },
  ...more,
})

async function written(name: string, ...parts: readonly Uint8Array[]): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, Buffer.concat(parts))
  return path
}

/** As others see it: pages, text, and whether the file is whole. */
async function seen(path: string) {
  const pages = /Pages:\s+(\d+)/.exec(await said('pdfinfo', path))?.[1]
  const text = await said('pdftotext', path, '-')
  return {
    pages,
    text,
    isWhole: /No syntax or stream encoding errors/.test(await said('qpdf', '--check', path)),
  }
}

t.test(
  'files of all kinds are signed with their pages and text unchanged, or refused',
  { skip: skip || casesMissing },
  async (t) => {
    for (const sub of ['unsigned/', 'signed/']) {
      for (const name of readdirSync(new URL(sub, cases)).sort()) {
        const file = new Uint8Array(readFileSync(new URL(sub + name, cases)))
        const outcome = await prepare(file, { fields: [signature()] }).catch(
          (error: { code?: string; message: string }) => error,
        )
        if (!('plan' in outcome)) {
          t.comment(`${name}: ${outcome.code} ${outcome.message}`)
          t.type(outcome.code, 'string', name)
          continue
        }
        const { before, gap, after } = signatureIncrement(outcome.plan, {
          field: 'first',
          name: 'S',
          at: '2026-11-27T18:00:00Z',
          contentsBytes: 100,
        })
        const [was, is] = [
          await seen(await written('was.pdf', file)),
          await seen(await written('is.pdf', outcome.bytes, before, gap, after)),
        ]
        t.strictSame([is.pages, is.text, is.isWhole], [was.pages, was.text, was.isWhole], name)
        t.comment(`${name}: signed, whole ${is.isWhole}`)
      }
    }
  },
)

t.test(
  'what is encrypted is refused, by a password and by restrictions alone, with each algorithm',
  { skip },
  async (t) => {
    const plain = await written('plain.pdf', contract())
    for (const bits of ['40', '128', '256']) {
      for (const password of ['', 'secret']) {
        const path = join(folder, `encrypted-${bits}-${password}.pdf`)
        const weak = bits === '256' ? [] : ['--allow-weak-crypto']
        await said('qpdf', ...weak, '--encrypt', password, 'owner', bits, '--', plain, path)
        await t.rejects(
          prepare(new Uint8Array(readFileSync(path)), { fields: [signature()] }),
          { code: 'PDF_ENCRYPTED' },
          `${bits} ${password}`,
        )
      }
    }
  },
)

t.test('what is no PDF that can be signed is refused with its reason', async (t) => {
  const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
  const refused = async (
    file: Uint8Array,
    code: string,
    request: Partial<PreparationRequest> = {},
  ) => {
    await t.rejects(prepare(file, { fields: [signature()], ...request }), { code }, code)
  }
  await refused(latin1(''), 'PDF_UNREADABLE')
  await refused(latin1('<html>'), 'PDF_UNREADABLE')
  await refused(latin1('%PDF-1.7\n%%EOF\n'), 'PDF_UNREADABLE')
  await refused(contract({ pages: [] }), 'PDF_EMPTY')
  await refused(contract({ catalog: '/AcroForm <</Fields []/XFA (x)>>' }), 'PDF_XFA')
  await refused(contract({ catalog: '/Perms <</DocMDP 1 0 R>>' }), 'PDF_CERTIFIED')
  await refused(
    contract({ pages: [{ text: 'x', entries: '/Annots [<</Subtype /#b0#a1>>]' }] }),
    'PDF_NAME_UNREADABLE',
  )
  await refused(contract(), 'FIELD_OUTSIDE', {
    fields: [signature({ at: { page: 2, x: 0, y: 0, width: 9, height: 9 } })],
  })
  await refused(contract(), 'FIELD_OUTSIDE', {
    fields: [signature({ at: { page: 1, x: 590, y: 0, width: 90, height: 9 } })],
  })
  await refused(contract(), 'FIELD_OUTSIDE', {
    fields: [signature({ at: { page: 1, x: Number.NaN, y: 0, width: 90, height: 9 } })],
  })
  await refused(contract(), 'ANCHOR_MISSING', {
    fields: [signature({ at: { anchor: 'Nowhere', width: 90, height: 9 } })],
  })
  await refused(contract(), 'FIELD_NAME_TAKEN', { fields: [signature(), signature()] })
  await refused(contract(), 'FIELD_NAME_TAKEN', { fields: [signature({ name: 'a.b' })] })
  await refused(contract(), 'SEAL_MISSING', { fields: [signature({ seal: '公章' })] })
  await refused(contract(), 'STRADDLE_NEEDS_PAGES', {
    fields: [{ name: 'edge', kind: 'straddle', signer: 's', seal: '公章' }],
    seals: [{ name: '公章', image: sealPng(20) }],
  })
  await refused(contract(), 'IMAGE_UNUSABLE', {
    seals: [{ name: '公章', image: latin1('GIF89a') }],
  })
  await refused(contract(), 'FONT_UNUSABLE', { font: latin1('OTTO and more than twelve') })
})

t.test('a character that the font lacks is refused by its name, never dropped', async (t) => {
  const text: DocumentField = {
    name: 'party',
    kind: 'text',
    at: { page: 1, x: 10, y: 10, width: 300, height: 20 },
  }
  await t.rejects(prepare(contract(), { fields: [text], values: { party: '\u3400先生 👍' } }), {
    code: 'GLYPH_MISSING',
    message: /㐀 \(U\+3400\), 👍 \(U\+1F44D\)/,
  })
  await t.rejects(prepare(contract(), { signers: [{ id: 'x', name: '㐀' }] }), {
    code: 'GLYPH_MISSING',
  })
  await t.rejects(
    prepare(contract(), { fields: [text], values: { party: '很长的名称'.repeat(60) } }),
    { code: 'VALUE_TOO_LONG' },
  )
  const amount: DocumentField = { ...text, kind: 'amount' }
  await t.rejects(prepare(contract(), { fields: [amount], values: { party: '1,000' } }), {
    code: 'VALUE_UNFIT',
  })
  await t.rejects(
    prepare(contract(), { fields: [{ ...text, kind: 'checkbox' }], values: { party: 'yes' } }),
    { code: 'VALUE_UNFIT' },
  )
})

t.test(
  'on turned and cut pages of any unit a value stands where it is told, upright, and can be found',
  { skip },
  async (t) => {
    const boxes = [
      '',
      '/CropBox [50 100 500 700]',
      '/MediaBox [0 0 180 320]/UserUnit 2',
      '/MediaBox [-200 -100 395 742]',
    ]
    const pages = boxes.flatMap((box) =>
      [0, 90, 180, 270, -90].map((turn) => ({
        entries: `${box}/Rotate ${turn}`,
        text: 'Contract',
      })),
    )
    const fields = pages.map(
      (_, index): DocumentField => ({
        name: `v${index}`,
        kind: 'text',
        at: { page: index + 1, x: 40, y: 60, width: 150, height: 20 },
      }),
    )
    const values = Object.fromEntries(fields.map(({ name }) => [name, '甲方名称']))
    const { bytes } = await prepare(contract({ pages }), { fields, values })
    const path = await written('turned.pdf', bytes)
    const places = await said('pdftotext', '-bbox', '-cropbox', path, '-')
    const words = [
      ...places.matchAll(
        /<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">甲方名称/g,
      ),
    ]
    t.equal(words.length, pages.length)
    for (const [index, word] of words.entries()) {
      const [left, top, right, bottom] = word.slice(1).map(Number) as [
        number,
        number,
        number,
        number,
      ]
      // In units of the page where it has its own.
      const unit = /UserUnit 2/.test(pages[index]?.entries ?? '') ? 2 : 1
      const about = [left, right, (top + bottom) / 2].map((place) => Math.round(place * unit))
      const wanted = [41, 41 + 42, 70]
      t.ok(
        about.every((place, at) => Math.abs(place - (wanted[at] as number)) <= 3),
        `page ${index}: ${about}`,
      )
    }
  },
)

t.test(
  'a field goes to the text that it is anchored to, on turned and cut pages too',
  async (t) => {
    const entries = ['', '/Rotate 90', '/CropBox [50 100 500 800]/Rotate 270']
    const pages = entries.map((each) => ({ entries: each, text: 'Sign here please' }))
    const fields = entries.map((_, index) =>
      signature({
        name: `s${index}`,
        at: { anchor: 'here', occurrence: index + 1, width: 60, height: 20 },
      }),
    )
    const { plan } = await prepare(contract({ pages }), { fields })
    for (const [index, field] of plan.fields.entries()) {
      const [left, bottom, right, top] = (field.widgets[0] as { rect: readonly number[] }).rect as [
        number,
        number,
        number,
        number,
      ]
      t.equal(field.widgets[0]?.page, index + 1)
      // The line begins at 72, 750 in a font of 14 points: "here" stands 30 to 60 points further.
      t.ok(left > 72 && right < 190 && bottom < 755 && top > 745, `${[left, bottom, right, top]}`)
    }
  },
)

t.test(
  'an empty signature field of the file is used where it stands, a taken name is not given again',
  { skip: casesMissing },
  async (t) => {
    const file = new Uint8Array(
      readFileSync(new URL('signed/prepared-three-empty-fields.pdf', cases)),
    )
    const names = [
      ...Buffer.from(file)
        .toString('latin1')
        .matchAll(/\/T ?\((\w+)\)/g),
    ].map(([, name]) => name as string)
    const [name = ''] = names
    const { plan } = await prepare(file, { fields: [signature({ name })] })
    t.equal(plan.fields.length, 1)
    await t.rejects(prepare(file, { fields: [signature({ name, kind: 'text' })] }), {
      code: 'FIELD_NAME_TAKEN',
    })
  },
)

t.test(
  'a file that others have signed gets fields, but no values in its pages',
  { skip: casesMissing },
  async (t) => {
    const file = new Uint8Array(
      readFileSync(new URL('signed/libpdf-B-LTA-but-signing-time-attr.pdf', cases)),
    )
    const text: DocumentField = {
      name: 'party',
      kind: 'text',
      at: { page: 1, x: 10, y: 10, width: 100, height: 20 },
    }
    await t.rejects(prepare(file, { fields: [text], values: { party: 'A' } }), {
      code: 'PDF_SIGNED',
    })
    const { plan, bytes } = await prepare(file, { fields: [signature()] })
    t.ok(Buffer.from(bytes).subarray(0, file.length).equals(file), 'what is signed stays as it is')
    t.throws(
      () =>
        signatureIncrement(plan, {
          field: 'first',
          name: 'S',
          at: '2026-11-27T18:00:00Z',
          contentsBytes: 100,
          certify: true,
        }),
      { code: 'NOT_FIRST_SIGNATURE' },
    )
  },
)

t.test(
  'a sender is told of scripts, layers and attachments, and values that readers draw themselves are refused',
  async (t) => {
    const noticed = async (catalog: string) => (await prepare(contract({ catalog }))).notices
    t.strictSame(await noticed(''), [])
    t.strictSame(await noticed('/OpenAction <</S /JavaScript/JS (app.alert(1))>>'), ['scripts'])
    t.strictSame(await noticed('/OpenAction <</S /GoTo/D [0 /Fit]>>/AA <<>>'), ['scripts'])
    t.strictSame(await noticed('/OCProperties <<>>/AF []/Names <</JavaScript <<>>>>'), [
      'scripts',
      'layers',
      'attachments',
    ])
    const form = (field: string) =>
      contract({
        catalog: `/AcroForm <</NeedAppearances true/Fields [<</FT /Tx/T (x)${field}>>]>>`,
      })
    await t.rejects(prepare(form('/V (1)')), { code: 'PDF_FORM_UNDRAWN' })
    const { bytes } = await prepare(form('/V (1)/AP <</N 3 0 R>>'))
    t.notMatch(
      Buffer.from(bytes.subarray(contract().length)).toString('latin1').split('/AcroForm').at(-1),
      /NeedAppearances/,
    )
  },
)

t.test(
  'what was appended follows the given bytes, a file without cross-references is written anew',
  async (t) => {
    const file = contract()
    const { bytes, appended } = await prepare(file, { fields: [signature()] })
    t.ok(appended !== null && Buffer.concat([file, appended]).equals(bytes))
    const lost = new Uint8Array(
      Buffer.from(
        Buffer.from(file)
          .toString('latin1')
          .replace(/startxref\n\d+/, 'startxref\n7'),
        'latin1',
      ),
    )
    const mended = await prepare(lost, { fields: [signature()] })
    t.strictSame(
      [mended.appended, mended.notices, mended.text],
      [null, ['mended'], ['Contract DC-2026-001']],
    )
  },
)
