import { createHash } from 'node:crypto'
import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { digest } from '../../src/algorithms/digests.ts'
import { signatureScheme, verifySignature } from '../../src/algorithms/verify-signature.ts'
import { validatePath } from '../../src/certificates/validate-path.ts'
import { archivedRevocation } from '../../src/cms/archived-revocation.ts'
import { type Attribute, attributeTypes } from '../../src/cms/attributes.ts'
import {
  addSignatureTimestamp,
  buildSignedData,
  signedAttributes,
} from '../../src/cms/build-signed-data.ts'
import { hostAlgorithm } from '../../src/cms/signature-algorithms.ts'
import type { SignerInfo } from '../../src/cms/signed-data.ts'
import { readSignedData } from '../../src/cms/signed-data.ts'
import { baselineFaults, verifySigner } from '../../src/cms/verify-signer.ts'
import { toHex } from '../../src/der/bytes.ts'
import { readDer } from '../../src/der/read-der.ts'
import { context, integer, sequence } from '../../src/der/write-der.ts'
import { timestampRequest } from '../../src/timestamps/timestamp-request.ts'
import { readTimestampResponse } from '../../src/timestamps/timestamp-response.ts'
import { readTimestampToken } from '../../src/timestamps/timestamp-token.ts'
import { verifyTimestamp } from '../../src/timestamps/verify-timestamp.ts'
import { DISTID, type KeyKind, Pki, profiles } from '../support/pki.ts'
import { startTimeAuthority } from '../support/time-authority.ts'

const DOCUMENT = Buffer.from('采购合同 DC-2026-001: 1,000 pieces at 12.50, by the end of May.')
const pki = await Pki.start(t)
const [root, inter] = [await pki.certificate('root'), await pki.certificate('inter')]
const NOW = Date.now()

async function signDocument(kind: KeyKind, algorithm: string, issuer = 'inter') {
  const name = `signer-${algorithm}`
  const certificate = await pki.issue(name, { kind, extensions: profiles.signer, by: issuer })
  const by = hostAlgorithm(algorithm)
  if (by === undefined) throw new Error(`${algorithm} is unknown`)
  const documentDigest = digest(by.hash, DOCUMENT)
  const attributes = signedAttributes({ certificate, documentDigest, hash: by.hash })
  const signature = await pki.sign(name, algorithm, attributes)
  const parts = {
    certificate,
    chain: [await pki.certificate(issuer)],
    signedAttributes: attributes,
    signature,
  }
  return { ...parts, der: buildSignedData({ ...parts, algorithm: by }), documentDigest }
}

const cases: readonly (readonly [KeyKind, string])[] = [
  ['rsa', 'rsa-pkcs1-sha256'],
  ['rsa', 'rsa-pkcs1-sha512'],
  ['rsa', 'rsa-pss-sha256'],
  ['rsa', 'rsa-pss-sha384'],
  ['p256', 'ecdsa-sha256'],
  ['p384', 'ecdsa-sha384'],
  ['p521', 'ecdsa-sha512'],
]

for (const [kind, algorithm] of cases) {
  t.test(
    `a signature by ${algorithm} verifies in OpenSSL and here, and is baseline B`,
    async (t) => {
      const { der, documentDigest, certificate } = await signDocument(kind, algorithm)
      await pki.write('signature.der', der)
      await pki.write('document', DOCUMENT)
      const said = await pki.openssl(
        ...['cms', '-verify', '-binary', '-inform', 'DER', '-in', 'signature.der'],
        ...['-content', 'document', '-CAfile', 'root.pem', '-purpose', 'any', '-out', 'verified'],
      )
      t.match(said, /successful/i)
      const data = readSignedData(der)
      const [signer] = data.signers
      if (signer === undefined) return t.fail('there is no signer')
      const verdict = verifySigner(data, signer, documentDigest)
      t.strictSame([verdict.intact, verdict.faults], [true, []])
      t.equal(verdict.certificate?.subject.commonName, certificate.subject.commonName)
      t.strictSame(baselineFaults(data, certificate), [])
      t.strictSame([data.deviations, data.trailing, verdict.signingTime], [[], 'none', undefined])
      const other = verifySigner(data, signer, digest('sha256', Buffer.from('another')))
      t.notOk(other.intact)
    },
  )
}

t.test('a signature by SM2 is one to OpenSSL, and is read here', async (t) => {
  const sm2Root = await pki.issue('sm2-root', { kind: 'sm2', extensions: profiles.root })
  const made = await signDocument('sm2', 'sm2-sm3', 'sm2-root')
  await pki.write('attributes', made.signedAttributes)
  await pki.write('sm2.sig', made.signature)
  await pki.openssl('x509', '-in', 'signer-sm2-sm3.pem', '-noout', '-pubkey', '-out', 'sm2.pub')
  const said = await pki.openssl(
    ...['pkeyutl', '-verify', '-pubin', '-inkey', 'sm2.pub', '-in', 'attributes'],
    ...['-sigfile', 'sm2.sig', '-rawin', '-digest', 'sm3', '-pkeyopt', DISTID],
  )
  t.match(said, /Verified Successfully/i)
  const data = readSignedData(made.der)
  const [signer] = data.signers
  if (signer === undefined) return t.fail('there is no signer')
  const verdict = verifySigner(data, signer, made.documentDigest)
  t.strictSame([verdict.intact, verdict.faults, verdict.algorithm], [true, [], 'sm2-sm3'])
  t.strictSame(baselineFaults(data, made.certificate), [])
  const path = { certificate: made.certificate, intermediates: [], anchors: [sm2Root] }
  const chain = validatePath({ ...path, at: NOW + 60_000, purpose: 'signing' })
  t.strictSame([chain.trusted, chain.reasons], [true, []])
})

t.test('Ed25519 signs attributes over SHA-512', async (t) => {
  const { der, documentDigest } = await signDocument('ed25519', 'ed25519')
  const data = readSignedData(der)
  const [signer] = data.signers
  if (signer === undefined) return t.fail('there is no signer')
  t.ok(verifySigner(data, signer, documentDigest).intact)
})

t.test("what OpenSSL signs is read, with what of it is not PAdES's", async (t) => {
  await pki.issue('clerk', { kind: 'rsa', extensions: profiles.signer, by: 'inter' })
  await pki.write('document', DOCUMENT)
  const files = ['-in', 'document', '-signer', 'clerk.pem', '-inkey', 'clerk.key', '-binary']
  const make = (...words: readonly string[]) =>
    pki.openssl('cms', '-sign', ...files, '-outform', 'DER', '-out', 'cms.der', ...words)
  const hash = createHash('sha256').update(DOCUMENT).digest()
  const read = async (bytes?: Uint8Array) => {
    const data = readSignedData(bytes ?? (await pki.read('cms.der')))
    const [signer] = data.signers
    if (signer === undefined) throw new Error('there is no signer')
    const verdict = verifySigner(data, signer, data.content === undefined ? hash : undefined)
    const { certificate } = verdict
    if (certificate === undefined) throw new Error('there is no certificate')
    return { verdict, data, faults: baselineFaults(data, certificate) }
  }

  await make('-md', 'sha256')
  const plain = await read()
  t.ok(plain.verdict.intact)
  t.strictSame(plain.faults, ['signing-time-in-attributes', 'signing-certificate-missing'])
  t.ok(Math.abs((plain.verdict.signingTime ?? 0) - Date.now()) < 3600_000)

  await make('-cades', '-md', 'sha256', '-nodetach')
  const attached = await read()
  t.ok(attached.verdict.intact)
  t.ok(attached.faults.includes('content-attached'))
  t.notOk(attached.faults.includes('signing-certificate-missing'))

  await make('-noattr', '-md', 'sha256')
  const bare = await read()
  t.ok(bare.verdict.intact)
  t.ok(bare.faults.includes('no-signed-attributes'))

  await make('-noattr', '-md', 'sha256', '-nodetach')
  const carried = await read()
  t.ok(carried.verdict.intact)
  const [own] = carried.data.signers
  if (own === undefined) return t.fail('there is no signer')
  const another = createHash('sha256').update('another').digest()
  const lent = verifySigner(carried.data, own, another)
  t.notOk(lent.intact, 'content that is carried along does not stand for the document')

  await make('-md', 'sha1')
  const old = readSignedData(await pki.read('cms.der'))
  const sha1 = createHash('sha1').update(DOCUMENT).digest()
  const [clerk] = old.signers
  if (clerk === undefined) return t.fail('there is no signer')
  t.match(verifySigner(old, clerk, sha1), { intact: true, weaknesses: ['sha1'] })

  await make('-stream', '-nodetach', '-indef')
  const streamed = await read()
  t.ok(streamed.verdict.intact)
  t.ok(streamed.data.deviations.includes('indefinite-length'))
  t.ok(streamed.faults.includes('not-der'))

  await make('-keyid', '-md', 'sha384', '-keyopt', 'rsa_padding_mode:pss')
  const byKey = await readSignedData(await pki.read('cms.der'))
  const [signer] = byKey.signers
  if (signer === undefined) return t.fail('there is no signer')
  const sha384 = createHash('sha384').update(DOCUMENT).digest()
  t.ok(verifySigner(byKey, signer, sha384).intact)
})

t.test('a timestamp makes it baseline T, at once or later, and OpenSSL agrees', async (t) => {
  await pki.issue('tsa', { kind: 'rsa', extensions: profiles.tsa, by: 'inter' })
  const authority = await startTimeAuthority(t, pki)
  const { der, ...parts } = await signDocument('p256', 'ecdsa-sha256')
  const nonce = Uint8Array.of(0, 0x81, 2, 3, 4, 5, 6, 7)
  const request = timestampRequest({
    hash: 'sha256',
    digest: digest('sha256', parts.signature),
    nonce,
  })
  const answer = await fetch(authority.url, { method: 'POST', body: request })
  const response = readTimestampResponse(new Uint8Array(await answer.arrayBuffer()))
  if (!response.granted) return t.fail(response.text)
  const { token } = response
  const algorithm = { family: 'ecdsa', hash: 'sha256' } as const
  const atOnce = buildSignedData({ ...parts, algorithm, timestamp: token })
  const later = addSignatureTimestamp(der, token)
  t.strictSame(Buffer.from(later), Buffer.from(atOnce))

  await pki.write('signature.der', atOnce)
  await pki.write('document', DOCUMENT)
  await pki.openssl(
    ...['cms', '-verify', '-binary', '-inform', 'DER', '-in', 'signature.der'],
    ...['-content', 'document', '-CAfile', 'root.pem', '-purpose', 'any', '-out', 'verified'],
  )
  const data = readSignedData(atOnce)
  const [signer] = data.signers
  if (signer === undefined) return t.fail('there is no signer')
  const verdict = verifySigner(data, signer, parts.documentDigest)
  t.ok(verdict.intact)
  const [found] = verdict.timestamps
  if (found === undefined) return t.fail('there is no timestamp')
  await pki.write('token.der', found)
  await pki.write('signature', signer.signature)
  const said = await pki.openssl(
    ...['ts', '-verify', '-in', 'token.der', '-token_in', '-data', 'signature'],
    ...['-CAfile', 'root.pem', '-untrusted', 'inter.pem'],
  )
  t.match(said, /Verification: OK/)
  const time = verifyTimestamp(readTimestampToken(found), {
    covered: { bytes: signer.signature },
    intermediates: [inter],
    anchors: [root],
    now: NOW + 60_000,
    nonce,
  })
  t.strictSame([time.valid, time.faults], [true, []])
})

t.test('a signer without a certificate, with two, or with another one is told', async (t) => {
  const { der, documentDigest, certificate } = await signDocument('p256', 'ecdsa-sha256')
  const data = readSignedData(der)
  const [signer] = data.signers
  if (signer === undefined) return t.fail('there is no signer')
  const without = { ...data, certificates: [inter] }
  t.strictSame(verifySigner(without, signer, documentDigest).faults, ['certificate-missing'])
  t.ok(verifySigner(without, signer, documentDigest, [certificate]).intact, 'but found elsewhere')
  // Another certificate by the same name and number: what the attribute is there for.
  const forged = { ...certificate, der: new Uint8Array([...certificate.der, 0]) }
  const swapped = { ...data, certificates: [forged] }
  const faults = verifySigner(swapped, signer, documentDigest).faults
  t.strictSame(faults, ['signing-certificate-differs'])
  const both = { ...data, certificates: [forged, certificate] }
  t.ok(verifySigner(both, signer, documentDigest).intact, 'of two by one name, the one meant')
  const twice = { ...data, signers: [signer, signer] }
  t.ok(baselineFaults(twice, certificate).includes('several-signers'))
})

t.test('zeros after a signature are room, other bytes are told', async (t) => {
  const { der } = await signDocument('p256', 'ecdsa-sha256')
  t.equal(readSignedData(new Uint8Array([...der, 0, 0, 0])).trailing, 'zeros')
  t.equal(readSignedData(new Uint8Array([...der, 0, 1])).trailing, 'data')
  t.equal(readSignedData(new Uint8Array([...der, 0, 1])).length, der.length)
})

t.test('any byte flipped is read with a code or read otherwise, and never verifies', async (t) => {
  const { der, documentDigest, certificate } = await signDocument('p256', 'ecdsa-sha256')
  const request = { certificate, intermediates: [inter], anchors: [root], at: NOW + 60_000 }
  t.ok(validatePath({ ...request, purpose: 'signing' }).trusted)
  const trusted = (bytes: Uint8Array) => {
    const data = readSignedData(bytes)
    const [signer] = data.signers
    if (signer === undefined || data.signers.length > 1) return false
    const verdict = verifySigner(data, signer, documentDigest)
    if (!verdict.intact || verdict.certificate === undefined) return false
    const intermediates = data.certificates
    const path = { ...request, certificate: verdict.certificate, intermediates }
    return validatePath({ ...path, purpose: 'signing' }).trusted
  }
  t.ok(trusted(der))
  const survivors: number[] = []
  const at = fc.integer({ min: 0, max: der.length - 1 })
  fc.assert(
    fc.property(at, fc.integer({ min: 1, max: 255 }), (index, mask) => {
      const bytes = Uint8Array.from(der)
      bytes[index] = (bytes[index] ?? 0) ^ mask
      try {
        if (trusted(bytes)) survivors.push(index)
      } catch (error) {
        if ((error as { name: string }).name !== 'Malformed') throw error
      }
    }),
    { numRuns: 200 },
  )
  // What is not signed may change and the signature hold: versions, and the digests named beforehand.
  t.ok(survivors.length < 20, `${survivors.length} changes are of no meaning`)
})

t.test('nothing but an encoded signature is one', (t) => {
  for (const bytes of [[], [0x30], [0x30, 0x80], [0x30, 0x84, 0xff, 0xff, 0xff, 0xff], [5, 0]]) {
    t.throws(() => readSignedData(Uint8Array.from(bytes)), { name: 'Malformed' })
  }
  const deep = new Uint8Array(4000).fill(0x30)
  for (let index = 1; index < deep.length; index += 2) deep[index] = 0x80
  t.throws(() => readSignedData(deep), { code: 'DER_TOO_DEEP' })
  t.equal(signatureScheme({ oid: '1.2.3', bytes: new Uint8Array() }), undefined)
  const verdict = verifySignature(root.publicKey, undefined, { message: DOCUMENT }, DOCUMENT)
  t.match(verdict, { valid: false, reason: 'unsupported-algorithm' })
  t.end()
})

t.test("Adobe's archive of revocation is read where it stands", (t) => {
  const [crl, ocsp] = [sequence(integer(1)), sequence(integer(2))]
  const archive = sequence(context(0, sequence(crl)), context(1, sequence(ocsp)))
  const values = [readDer(archive)]
  const signer = (signedAttributes: readonly Attribute[]) =>
    archivedRevocation({ signedAttributes } as unknown as SignerInfo)
  const found = signer([{ type: attributeTypes.revocationInfoArchival, values }])
  t.strictSame(found.crls.map(toHex), [toHex(crl)])
  t.strictSame(found.ocspResponses.map(toHex), [toHex(ocsp)])
  t.strictSame(signer([]), { crls: [], ocspResponses: [] })
  t.end()
})
