import t from 'tap'
import { readCertificates } from '../../src/certificates/pem.ts'
import { caseBytes, casesMissing, caseText } from './signed-cases.ts'
import { isNoticed, verified } from './verified.ts'

const skip = casesMissing
const anchors = skip ? [] : readCertificates(caseText('pki/root.pem'))
/** While all certificates of the cases are valid. */
const now = Date.parse('2026-11-27T00:00:00Z')

const three = 'signed/three-signers-B-B_B-T.pdf'

t.test(
  'three signers of another program: what each covers, its time and its level',
  { skip },
  async (t) => {
    const { document, signatures } = verified(caseBytes(three), anchors, now)
    t.match(document, { pages: 1, encrypted: false, revisions: 4, hidden: [] })
    const shared = { intact: true, chain: 'trusted', faults: [] }
    t.match(signatures, [
      {
        ...shared,
        field: 'PartyA',
        signer: '张伟',
        certifies: true,
        permissions: 2,
        level: 'B-B',
        timeSource: 'signer',
        coversUntil: 39674,
        changesAfter: 'allowed',
      },
      {
        ...shared,
        field: 'PartyB',
        signer: 'Bob Li',
        level: 'B-T',
        timeSource: 'timestamp',
        algorithm: 'ecdsa-p256-sha256',
        changesAfter: 'allowed',
      },
      {
        ...shared,
        field: 'Witness',
        level: 'B-T',
        coversWholeFile: true,
        changesAfter: 'none',
        changes: [],
      },
    ])
    t.match(signatures[0]?.changes, [
      { code: 'SIGNED', field: 'PartyB', object: 20, revision: 3, allowed: true },
      { code: 'SIGNED', field: 'Witness', object: 21, revision: 4, allowed: true },
    ])
  },
)

t.test('a changed byte below three signatures breaks all three', { skip }, async (t) => {
  const { signatures } = verified(caseBytes('signed/three-signers-tampered.pdf'), anchors, now)
  for (const one of signatures) t.match(one, { intact: false, faults: ['DIGEST_MISMATCH'] })
  t.equal(signatures.length, 3)
})

t.test(
  'a time in the signature keeps it from the baseline, proofs and a time stamp behind it are allowed',
  { skip },
  async (t) => {
    const { signatures } = verified(
      caseBytes('signed/libpdf-B-LTA-but-signing-time-attr.pdf'),
      anchors,
      now,
    )
    t.match(signatures, [
      {
        intact: true,
        faults: ['SIGNING_TIME_ATTRIBUTE', 'NOT_BASELINE'],
        timeSource: 'timestamp',
        changesAfter: 'allowed',
      },
      {
        kind: 'timestamp',
        signer: 'Test TSA',
        intact: true,
        chain: 'trusted',
        changesAfter: 'allowed',
      },
    ])
    t.equal(signatures[0]?.level, undefined)
    t.strictSame(
      signatures[0]?.changes.map(({ code }) => code),
      ['PROOF_ADDED', 'TIMESTAMPED', 'PROOF_ADDED'],
    )
  },
)

t.test('files without a signature have none, and are read whole', { skip }, async (t) => {
  for (const name of [
    'hybrid-xref',
    'pdf-ua-and-a',
    'two-fields',
    'two-pages',
    'with-field',
    'xref',
  ]) {
    const { document, signatures } = verified(caseBytes(`unsigned/minimal-${name}.pdf`))
    t.equal(document.problem, undefined, name)
    t.equal(document.pages, name === 'two-pages' ? 2 : 1, name)
    t.strictSame(signatures, [])
  }
})

t.test('without trusted roots nobody is trusted, and no time is proven', { skip }, async (t) => {
  const { signatures } = verified(caseBytes(three), [], now)
  for (const one of signatures)
    t.match(one, { intact: true, chain: 'unknown', timeSource: 'signer' })
})

t.test('every 997th byte, changed in whatever way, is noticed', { skip }, async (t) => {
  const bytes = caseBytes(three)
  t.notOk(isNoticed(verified(bytes, anchors, now), 3))
  const missed: string[] = []
  for (let at = 0; at < bytes.length; at += 997) {
    for (const mask of [0xff, 0x01, 0x20]) {
      const changed = bytes.slice()
      changed[at] = (changed[at] as number) ^ mask
      if (!isNoticed(verified(changed, anchors, now), 3)) missed.push(`${at} ^ ${mask}`)
    }
  }
  t.strictSame(missed, [])
})
