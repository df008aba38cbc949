import { createHash, X509Certificate } from 'node:crypto'
import { readDer } from '../../src/keys/der.ts'
import type { DigestName } from '../../src/keys/key-algorithms.ts'
import { der, integer, octets, oid, sequence, setOf } from './der.ts'

/** What a plugin for contracts does itself: signed attributes, and a CMS message around a signature. */

export const digestOids: Readonly<Record<DigestName, string>> = {
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
  sm3: '1.2.156.10197.1.401',
}

export const attribute = (type: string, ...values: readonly Buffer[]): Buffer =>
  sequence(oid(type), setOf(...values))

export const contentType = attribute('1.2.840.113549.1.9.3', oid('1.2.840.113549.1.7.1'))
export const messageDigest = (digest: Buffer): Buffer =>
  attribute('1.2.840.113549.1.9.4', octets(digest))
export const signingTime = (text: string): Buffer =>
  attribute('1.2.840.113549.1.9.5', der(0x17, Buffer.from(text)))

export const essCertificate = (certificate: Buffer): Buffer =>
  sequence(octets(createHash('sha256').update(certificate).digest()))
export const signingCertificate = (...ids: readonly Buffer[]): Buffer =>
  attribute('1.2.840.113549.1.9.16.2.47', sequence(sequence(...ids)))

export function signedAttributes(digest: Buffer, certificate: Buffer): Buffer {
  return setOf(contentType, messageDigest(digest), signingCertificate(essCertificate(certificate)))
}

export function digestOf(algorithm: DigestName, bytes: Buffer): Buffer {
  return createHash(algorithm).update(bytes).digest()
}

interface Parts {
  readonly certificate: Buffer
  /** Of its issuers, DER. */
  readonly chain?: readonly Buffer[]
  readonly attributes: Buffer
  readonly digest: DigestName
  /** AlgorithmIdentifier, DER. */
  readonly algorithm: Buffer
  readonly signature: Buffer
}

/** ContentInfo of a detached SignedData (RFC 5652 §5.1) with one signer, DER. */
export function cmsMessage({
  certificate,
  chain = [],
  attributes,
  digest,
  algorithm,
  signature,
}: Parts): Buffer {
  const [tbs] = readDer(certificate).children
  // Where it is not the first, there is [0] version before: serialNumber, signature, issuer.
  const fields = (tbs?.children ?? []).filter(({ tag }) => tag !== 0xa0)
  const [serial, , issuer] = fields
  if (serial === undefined || issuer === undefined) throw new Error('this is no certificate')
  const digestAlgorithm = sequence(oid(digestOids[digest]))
  const signer = sequence(
    integer(1),
    sequence(issuer.bytes, serial.bytes),
    digestAlgorithm,
    Buffer.concat([Buffer.of(0xa0), attributes.subarray(1)]),
    algorithm,
    octets(signature),
  )
  const data = sequence(
    integer(1),
    setOf(digestAlgorithm),
    sequence(oid('1.2.840.113549.1.7.1')),
    der(0xa0, certificate, ...chain),
    setOf(signer),
  )
  return sequence(oid('1.2.840.113549.1.7.2'), der(0xa0, data))
}

export function derOf(pem: string): Buffer {
  return new X509Certificate(pem).raw
}
