import { createHash, X509Certificate } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import { BasicConstraints, Certificate, KeyUsage, KeyUsageFlags } from '@peculiar/asn1-x509'
import { readDer } from '../der.ts'

/** What a certificate says of who issues by it. */
export interface Authority {
  /** Its subject as it stands there, byte for byte: what it issues has to repeat it (RFC 5280 §6.1.3). */
  readonly name: Buffer
  readonly keyIdentifier: Buffer
  /** Milliseconds since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
}

const BASIC_CONSTRAINTS = '2.5.29.19'
const KEY_USAGE = '2.5.29.15'
const SUBJECT_KEY_IDENTIFIER = '2.5.29.14'

/** Why nothing may be issued by this certificate (RFC 5280 §4.2.1.3 and §4.2.1.9). @param der one that can be read */
export function authorityFault(der: Buffer): string | undefined {
  const { version } = AsnConvert.parse(der, Certificate).tbsCertificate
  if (version !== 2) return 'its first certificate is not of version 3'
  const constraints = extensionOf(der, BASIC_CONSTRAINTS)
  const isAuthority =
    constraints !== undefined && AsnConvert.parse(constraints, BasicConstraints).cA
  if (!isAuthority) return 'its first certificate is no CA certificate (basicConstraints CA:TRUE)'
  const usage = extensionOf(der, KEY_USAGE)
  const flags = usage === undefined ? 0 : AsnConvert.parse(usage, KeyUsage).toNumber()
  const signsCertificates = (flags & KeyUsageFlags.keyCertSign) !== 0
  return signsCertificates ? undefined : 'its first certificate has no keyUsage keyCertSign'
}

/** @param der a certificate that authorityFault has nothing against */
export function readAuthority(der: Buffer): Authority {
  const fields = readDer(der).children[0]?.children ?? []
  // [0] version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo
  const [, , , , , subject, spki] = fields
  if (subject === undefined || spki === undefined) throw new Error('this is no certificate')
  const { validFromDate, validToDate } = new X509Certificate(der)
  const identifier = extensionOf(der, SUBJECT_KEY_IDENTIFIER)
  return {
    name: subject.bytes,
    keyIdentifier:
      identifier === undefined ? keyIdentifierOf(spki.bytes) : readDer(identifier).content,
    notBefore: validFromDate.getTime(),
    notAfter: validToDate.getTime(),
  }
}

/** RFC 7093 §2, method 1: the first 160 bits of SHA-256 over the key's BIT STRING, without its count of unused bits. */
export function keyIdentifierOf(spki: Buffer): Buffer {
  const key = readDer(spki).children[1]
  if (key === undefined) throw new Error('this is no public key')
  return createHash('sha256').update(key.content.subarray(1)).digest().subarray(0, 20)
}

function extensionOf(der: Buffer, type: string): Buffer | undefined {
  const { extensions = [] } = AsnConvert.parse(der, Certificate).tbsCertificate
  const found = extensions.find(({ extnID }) => extnID === type)
  return found === undefined ? undefined : Buffer.from(found.extnValue.buffer)
}
