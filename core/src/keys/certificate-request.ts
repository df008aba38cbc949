import { AsnConvert } from '@peculiar/asn1-schema'
import {
  AttributeTypeAndValue,
  AttributeValue,
  Name,
  RelativeDistinguishedName,
} from '@peculiar/asn1-x509'
import { type KeyAlgorithm, rulesOf } from './key-algorithms.ts'
import { signBytes } from './signature-schemes.ts'

/** Whom the certificate shall name. */
export interface CertificateSubject {
  readonly commonName: string
  readonly organization?: string
  readonly unit?: string
  /** ISO 3166, two letters. */
  readonly country?: string
}

const nameTypes = {
  country: '2.5.4.6',
  organization: '2.5.4.10',
  unit: '2.5.4.11',
  commonName: '2.5.4.3',
} as const

/** AlgorithmIdentifier in DER: RFC 4055, 5758 and 8410, GM/T 0006. */
const algorithmIdentifiers = {
  rsa: '300d06092a864886f70d01010b0500',
  ecdsa: '300a06082a8648ce3d040302',
  ed25519: '300506032b6570',
  sm2: '300a06082a811ccf55018375',
} as const

const digests = { rsa: 'sha256', ecdsa: 'sha256', ed25519: 'sha512', sm2: 'sm3' } as const

/** A PKCS#10 request (RFC 2986) without attributes, DER, signed by the key it is for. */
export async function certificateRequest(
  algorithm: KeyAlgorithm,
  spki: Buffer,
  subject: CertificateSubject,
  secret: Buffer,
): Promise<Buffer> {
  const { family } = rulesOf(algorithm)
  if (family === 'hmac') throw new Error('a shared secret is never certified')
  const version = Buffer.from('020100', 'hex')
  const attributes = Buffer.from('a000', 'hex')
  const info = sequence(version, nameOf(subject), spki, attributes)
  const padding = family === 'rsa' ? ({ padding: 'pkcs1' } as const) : {}
  const scheme = { family, digest: digests[family], ...padding }
  const signature = await signBytes(scheme, secret, info)
  const identifier = Buffer.from(algorithmIdentifiers[family], 'hex')
  return sequence(info, identifier, tagged(0x03, Buffer.of(0), signature))
}

function nameOf(subject: CertificateSubject): Buffer {
  const parts = Object.entries(nameTypes).flatMap(([field, type]) => {
    const text = subject[field as keyof CertificateSubject]
    if (text === undefined) return []
    const value = new AttributeValue(
      field === 'country' ? { printableString: text } : { utf8String: text },
    )
    return [new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value })])]
  })
  return Buffer.from(AsnConvert.serialize(new Name(parts)))
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, ...parts)
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content])
}

/** X.690 §10.1, up to 64 KiB: a request is far smaller. */
function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  if (length < 0x100) return Buffer.of(0x81, length)
  return Buffer.of(0x82, length >> 8, length & 0xff)
}
