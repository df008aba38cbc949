import t from 'tap'
import { Pki, profiles } from '../support/pki.ts'
import { amount, evil, form, laterChanges, note, page } from './later-changes.ts'
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
  const unnamed = await sign(base, pki, { field: 6, value: 20, entries: docMdp(2) })
  t.match(verified(unnamed, anchors).signatures[0], { faults: ['CERTIFICATION_MISPLACED'] })
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
