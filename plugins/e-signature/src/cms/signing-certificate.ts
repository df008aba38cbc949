import { algorithmIdentifierOf, digestAlgorithm } from '../algorithms/algorithm-identifier.ts'
import { type DigestName, digest, digestOfOid } from '../algorithms/digests.ts'
import type { Certificate } from '../certificates/certificate.ts'
import { generalNamesOf } from '../certificates/general-names.ts'
import { isSameName, type Name } from '../certificates/names.ts'
import { equalBytes } from '../der/bytes.ts'
import { Fields } from '../der/fields.ts'
import { readOrNothing } from '../der/malformed.ts'
import type { DerNode } from '../der/read-der.ts'
import { octetStringOf, serialOf, Tag } from '../der/values.ts'
import { context, octetString, sequence } from '../der/write-der.ts'
import { type Attribute, attributeOf, attributeTypes } from './attributes.ts'

/** ESSCertID (RFC 2634 §5.4, by SHA-1) and ESSCertIDv2 (RFC 5035 §4): which certificate the signer meant. */
export interface NamedCertificate {
  readonly hashAlgorithm: DigestName
  readonly hash: Uint8Array
  readonly issuer?: Name
  readonly serialNumber?: string
}

export type SigningCertificateFault =
  | 'signing-certificate-missing'
  | 'signing-certificate-sha1'
  | 'signing-certificate-malformed'
  | 'signing-certificate-differs'

/**
 * The value of signing-certificate-v2 for one certificate, with issuer and serial number.
 * @param hash SHA-256 is the default, which DER leaves out
 */
export function signingCertificateV2(certificate: Certificate, hash: DigestName): Uint8Array {
  const issuerSerial = sequence(
    sequence(context(4, certificate.issuer.bytes)),
    certificate.serialNumberDer,
  )
  const algorithm = hash === 'sha256' ? [] : [digestAlgorithm(hash)]
  const certHash = octetString(digest(hash, certificate.der))
  return sequence(sequence(sequence(...algorithm, certHash, issuerSerial)))
}

/** What the signed attributes say of the certificate that was signed with, against the one that was found. */
export function signingCertificateFaults(
  attributes: readonly Attribute[],
  certificate: Certificate,
): SigningCertificateFault[] {
  const v2 = attributeOf(attributes, attributeTypes.signingCertificateV2)
  const v1 = attributeOf(attributes, attributeTypes.signingCertificate)
  const used = v2 ?? v1
  if (used === undefined) return ['signing-certificate-missing']
  const named = readOrNothing(() => firstNamed(used.values, v2 !== undefined))
  if (named === undefined || used.values.length !== 1) return ['signing-certificate-malformed']
  return [
    ...(v2 === undefined ? ['signing-certificate-sha1' as const] : []),
    ...(isNamed(named, certificate) ? [] : ['signing-certificate-differs' as const]),
  ]
}

/** The first of the list is the signer's (RFC 5035 §3). */
function firstNamed(values: readonly DerNode[], isV2: boolean): NamedCertificate | undefined {
  const list = new Fields(new Fields(values[0]).take()).rest()
  const fields = new Fields(list[0])
  const algorithm = isV2 ? fields.takeIf(Tag.sequence) : undefined
  const byDefault = isV2 ? 'sha256' : 'sha1'
  const hashAlgorithm =
    algorithm === undefined ? byDefault : digestOfOid(algorithmIdentifierOf(algorithm).oid)
  if (hashAlgorithm === undefined) return undefined
  const hash = octetStringOf(fields.take())
  const issuerSerial = fields.takeIf(Tag.sequence)
  fields.end()
  if (issuerSerial === undefined) return { hashAlgorithm, hash }
  const parts = new Fields(issuerSerial)
  const [name] = generalNamesOf(parts.take())
  const serialNumber = serialOf(parts.take())
  if (name?.kind !== 'directory') return undefined
  return { hashAlgorithm, hash, issuer: name.name, serialNumber }
}

function isNamed(named: NamedCertificate, certificate: Certificate): boolean {
  const { hashAlgorithm, hash, issuer, serialNumber } = named
  if (!equalBytes(digest(hashAlgorithm, certificate.der), hash)) return false
  return (
    issuer === undefined ||
    (isSameName(issuer, certificate.issuer) && serialNumber === certificate.serialNumber)
  )
}
