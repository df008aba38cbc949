import t, { type Test } from 'tap'
import { chainFault, readChain } from '../../src/keys/certificate-chain.ts'
import { certificateRequest } from '../../src/keys/certificate-request.ts'
import { attributesFault } from '../../src/keys/cms/signed-attributes.ts'
import type { DigestName, KeyAlgorithm } from '../../src/keys/key-algorithms.ts'
import { rulesOf } from '../../src/keys/key-algorithms.ts'
import { generateKey, pemOf, spkiPem } from '../../src/keys/key-pair.ts'
import {
  cmsScheme,
  publicKeyOf,
  type RsaPadding,
  signBytes,
  verifyBytes,
} from '../../src/keys/signature-schemes.ts'
import { der, integer, oid, sequence } from '../support/der.ts'
import { DISTID, OpenSsl } from '../support/openssl.ts'
import {
  cmsMessage,
  derOf,
  digestOf,
  digestOids,
  signedAttributes,
} from '../support/signed-document.ts'

const document = Buffer.from('%PDF-1.7 a contract 合同')
const algorithms: readonly KeyAlgorithm[] = ['rsa-2048', 'ec-p256', 'ec-p384', 'ed25519', 'sm2']

/** How `openssl pkeyutl` names what the host does by itself. */
function wordsOf(algorithm: KeyAlgorithm, digest: DigestName, padding: RsaPadding): string[] {
  const { family } = rulesOf(algorithm)
  if (family === 'ed25519') return ['-rawin']
  const words = ['-rawin', '-digest', digest]
  if (family === 'sm2') return [...words, '-pkeyopt', DISTID]
  if (padding === 'pkcs1') return words
  const pss = ['rsa_padding_mode:pss', 'rsa_pss_saltlen:digest']
  return [...words, ...pss.flatMap((option) => ['-pkeyopt', option])]
}

async function tryBothWays(
  t: Test,
  openssl: OpenSsl,
  algorithm: KeyAlgorithm,
  padding: RsaPadding = 'pkcs1',
) {
  const { secret, spki } = await generateKey(algorithm)
  if (spki === null) throw new Error('a pair was to be made')
  await openssl.write('key.pem', pemOf('PRIVATE KEY', secret))
  await openssl.write('public.pem', spkiPem(spki))
  await openssl.write('data', document)
  for (const digest of rulesOf(algorithm).cmsDigests) {
    const scheme = cmsScheme(algorithm, digest, padding)
    if (scheme === undefined) throw new Error('the table names a digest that cannot be')
    const words = wordsOf(algorithm, digest, padding)
    const files = ['-in', 'data', '-sigfile', 'signature']
    // Several: the encodings of r and s differ in length from one to the next.
    for (let round = 0; round < 4; round++) {
      await openssl.write('signature', await signBytes(scheme, secret, document))
      const verify = ['pkeyutl', '-verify', '-pubin', '-inkey', 'public.pem']
      t.match(await openssl.run(...verify, ...files, ...words), /Verified Successfully/)
      const sign = ['pkeyutl', '-sign', '-inkey', 'key.pem', '-in', 'data', '-out', 'theirs']
      await openssl.run(...sign, ...words)
      const theirs = await openssl.read('theirs')
      t.ok(await verifyBytes(scheme, publicKeyOf(spki), document, theirs), `${algorithm} ${digest}`)
      theirs[theirs.length - 1] = (theirs.at(-1) ?? 0) ^ 1
      t.notOk(await verifyBytes(scheme, publicKeyOf(spki), document, theirs))
    }
  }
}

for (const algorithm of algorithms) {
  t.test(`OpenSSL verifies what ${algorithm} signs, and the other way round`, async (t) => {
    await tryBothWays(t, await OpenSsl.start(t), algorithm)
  })
}

t.test('OpenSSL verifies RSA by PSS, and the other way round', async (t) => {
  await tryBothWays(t, await OpenSsl.start(t), 'rsa-2048', 'pss')
})

const nothing = der(0x05)

/** The AlgorithmIdentifier of a SignerInfo: RFC 4055, 5753 and 8419, GM/T 0010. */
function algorithmIdentifier(algorithm: KeyAlgorithm, digest: DigestName, padding: RsaPadding) {
  const { family } = rulesOf(algorithm)
  const ecdsa = { sha256: 2, sha384: 3, sha512: 4, sm3: 0 }[digest]
  if (family === 'ecdsa') return sequence(oid(`1.2.840.10045.4.3.${ecdsa}`))
  if (family === 'ed25519') return sequence(oid('1.3.101.112'))
  if (family === 'sm2') return sequence(oid('1.2.156.10197.1.501'))
  if (padding === 'pkcs1') return sequence(oid('1.2.840.113549.1.1.1'), nothing)
  const hash = sequence(oid(digestOids[digest]), nothing)
  const length = { sha256: 32, sha384: 48, sha512: 64, sm3: 32 }[digest]
  return sequence(
    oid('1.2.840.113549.1.1.10'),
    sequence(
      der(0xa0, hash),
      der(0xa1, sequence(oid('1.2.840.113549.1.1.8'), hash)),
      der(0xa2, integer(length)),
    ),
  )
}

async function signedMessage(
  t: Test,
  openssl: OpenSsl,
  algorithm: KeyAlgorithm,
  digest: DigestName,
  padding: RsaPadding,
) {
  const { secret, spki } = await generateKey(algorithm)
  if (spki === null) throw new Error('a pair was to be made')
  const authority = await openssl.makeAuthority()
  const subject = { commonName: '合同专用章', organization: 'Acme', country: 'CN' }
  const request = await certificateRequest(algorithm, spki, subject, secret)
  const pem = await openssl.certify(pemOf('CERTIFICATE REQUEST', request))
  const chain = readChain(pem + authority)
  t.ok(chain.ok && chainFault(chain.certificates, spki, Date.now()) === undefined)
  const certificate = derOf(pem)
  const hash = digestOf(digest, document)
  const attributes = signedAttributes(hash, certificate)
  const demands = { profile: 'pades', digest: hash, certificate, allowed: [], now: 0 } as const
  t.equal(attributesFault(attributes, demands), undefined)
  const scheme = cmsScheme(algorithm, digest, padding)
  if (scheme === undefined) throw new Error('the table names a digest that cannot be')
  const signature = await signBytes(scheme, secret, attributes)
  const identifier = algorithmIdentifier(algorithm, digest, padding)
  const message = cmsMessage({ certificate, attributes, digest, algorithm: identifier, signature })
  return { message, attributes, signature }
}

const messages: readonly [KeyAlgorithm, DigestName, RsaPadding][] = [
  ['rsa-2048', 'sha256', 'pkcs1'],
  ['rsa-2048', 'sha384', 'pss'],
  ['ec-p256', 'sha256', 'pkcs1'],
  ['ec-p384', 'sha384', 'pkcs1'],
]

for (const [algorithm, digest, padding] of messages) {
  t.test(`OpenSSL verifies a CMS message by ${algorithm}, ${digest}, ${padding}`, async (t) => {
    const openssl = await OpenSsl.start(t)
    const { message } = await signedMessage(t, openssl, algorithm, digest, padding)
    await openssl.write('message', message)
    await openssl.write('document', document)
    const words = ['-inform', 'DER', '-in', 'message', '-binary', '-content', 'document']
    const trust = ['-CAfile', 'ca.pem', '-purpose', 'any', '-out', 'read']
    t.match(await openssl.run('cms', '-verify', ...words, ...trust), /Verification successful/)
    await openssl.write('document', Buffer.concat([document, Buffer.of(0)]))
    await t.rejects(openssl.run('cms', '-verify', ...words, ...trust))
  })
}

/** `openssl cms` of 3.0 verifies no Ed25519, and SM2 without the identity: by its parts it does both. */
for (const [algorithm, digest] of [
  ['ed25519', 'sha512'],
  ['sm2', 'sm3'],
] as const) {
  t.test(`OpenSSL reads a CMS message by ${algorithm}, and verifies its parts`, async (t) => {
    const openssl = await OpenSsl.start(t)
    const made = await signedMessage(t, openssl, algorithm, digest, 'pkcs1')
    await openssl.write('message', made.message)
    const words = ['-inform', 'DER', '-in', 'message', '-noout', '-print']
    t.match(await openssl.run('cms', '-cmsout', ...words), /id-smime-aa-signingCertificateV2/)
    await openssl.write('attributes', made.attributes)
    await openssl.write('signature', made.signature)
    const files = ['-in', 'attributes', '-sigfile', 'signature']
    const by = ['-certin', '-inkey', 'certificate.pem', ...wordsOf(algorithm, digest, 'pkcs1')]
    t.match(await openssl.run('pkeyutl', '-verify', ...files, ...by), /Verified Successfully/)
  })
}
