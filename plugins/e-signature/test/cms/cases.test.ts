import { createHash } from 'node:crypto'
import t from 'tap'
import { readCertificates } from '../../src/certificates/pem.ts'
import { validatePath } from '../../src/certificates/validate-path.ts'
import { readSignedData } from '../../src/cms/signed-data.ts'
import { baselineFaults, digestNameOf, verifySigner } from '../../src/cms/verify-signer.ts'
import { readTimestampToken } from '../../src/timestamps/timestamp-token.ts'
import { verifyTimestamp } from '../../src/timestamps/verify-timestamp.ts'
import { casesMissing, readCase } from '../cases.ts'

const NOW = Date.UTC(2027, 0, 1)

/** Each signature of a PDF by its /ByteRange: where a reader of PDFs would find it. */
function signaturesOf(name: string) {
  const pdf = readCase(`signed/${name}.pdf`)
  const ranges = [
    ...pdf.toString('latin1').matchAll(/\/ByteRange\s*\[\s*(\d+) +(\d+) +(\d+) +(\d+)/g),
  ]
  const anchors = readCertificates(readCase('pki/root.pem').toString())
  return ranges.map((range) => {
    const [a = 0, b = 0, c = 0, d = 0] = range.slice(1).map(Number)
    const hex = pdf.subarray(a + b + 1, c - 1).toString('latin1')
    const bytes = new Uint8Array(Buffer.from(hex, 'hex'))
    const data = readSignedData(bytes)
    const [signer] = data.signers
    if (signer === undefined) throw new Error('there is no signer')
    const content = Buffer.concat([pdf.subarray(a, a + b), pdf.subarray(c, c + d)])
    const hash = createHash(digestNameOf(signer) ?? 'sha256')
      .update(content)
      .digest()
    const isToken = data.content !== undefined
    const verdict = verifySigner(data, signer, isToken ? undefined : hash)
    const { certificate } = verdict
    if (certificate === undefined) throw new Error('there is no certificate')
    const path = validatePath({
      certificate,
      intermediates: data.certificates,
      anchors,
      at: NOW,
      purpose: isToken ? 'timestamping' : 'signing',
    })
    const demands = { intermediates: data.certificates, anchors, now: NOW }
    const times = verdict.timestamps.map((token) =>
      verifyTimestamp(readTimestampToken(token), {
        ...demands,
        covered: { bytes: signer.signature },
      }),
    )
    return { bytes, data, signer, verdict, certificate, path, times, demands, hash }
  })
}

t.test(
  'three signers of one file are each intact, trusted and of their level',
  { skip: casesMissing },
  (t) => {
    const signatures = signaturesOf('three-signers-B-B_B-T')
    t.strictSame(
      signatures.map(({ certificate }) => certificate.subject.commonName),
      ['张伟', 'Bob Li', '张伟'],
    )
    for (const { verdict, path, data, certificate, times } of signatures) {
      t.strictSame([verdict.faults, path.reasons, baselineFaults(data, certificate)], [[], [], []])
      t.ok(times.every(({ valid }) => valid))
    }
    t.strictSame(
      signatures.map(({ times }) => times.length),
      [0, 1, 1],
    )
    t.end()
  },
)

t.test('a timestamp copied from one signature to another is found', { skip: casesMissing }, (t) => {
  const [, second, third] = signaturesOf('three-signers-B-B_B-T')
  const [token] = second?.verdict.timestamps ?? []
  if (token === undefined || second === undefined || third === undefined) return t.fail('no token')
  const covered = { bytes: third.signer.signature }
  const copied = verifyTimestamp(readTimestampToken(token), { ...third.demands, covered })
  t.strictSame([copied.valid, copied.faults], [false, ['imprint-mismatch']])
  t.end()
})

t.test('a changed file matches none of its digests', { skip: casesMissing }, (t) => {
  for (const { verdict } of signaturesOf('three-signers-tampered')) {
    t.strictSame([verdict.intact, verdict.faults], [false, ['digest-mismatch']])
  }
  t.end()
})

t.test(
  "a signing time is told, and a document's own timestamp judged",
  { skip: casesMissing },
  (t) => {
    const [signature, stamp] = signaturesOf('libpdf-B-LTA-but-signing-time-attr')
    if (signature === undefined || stamp === undefined) return t.fail('two were expected')
    t.strictSame(baselineFaults(signature.data, signature.certificate), [
      'signing-time-in-attributes',
    ])
    const token = readTimestampToken(stamp.bytes)
    const judged = verifyTimestamp(token, { ...stamp.demands, covered: { digest: stamp.hash } })
    t.strictSame(judged.faults, [])
    t.end()
  },
)
