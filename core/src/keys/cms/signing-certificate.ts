import { createHash } from 'node:crypto'
import {
  AsnArray,
  AsnConvert,
  AsnProp,
  AsnPropTypes,
  AsnType,
  AsnTypeTypes,
  OctetString,
} from '@peculiar/asn1-schema'
import { AlgorithmIdentifier, Certificate, GeneralNames, type Name } from '@peculiar/asn1-x509'
import { parseExactly } from './parse-exactly.ts'

/** RFC 5035 §5. Without decorators, which are no erasable syntax. */

class IssuerSerial {
  issuer = new GeneralNames()
  serialNumber = new ArrayBuffer(0)
}
AsnProp({ type: GeneralNames })(IssuerSerial.prototype, 'issuer')
AsnProp({ type: AsnPropTypes.Any })(IssuerSerial.prototype, 'serialNumber')

class EssCertIdV2 {
  hashAlgorithm?: AlgorithmIdentifier
  certHash = new OctetString()
  issuerSerial?: IssuerSerial
}
AsnProp({ type: AlgorithmIdentifier, optional: true })(EssCertIdV2.prototype, 'hashAlgorithm')
AsnProp({ type: OctetString })(EssCertIdV2.prototype, 'certHash')
AsnProp({ type: IssuerSerial, optional: true })(EssCertIdV2.prototype, 'issuerSerial')

class EssCertIdsV2 extends AsnArray<EssCertIdV2> {}
AsnType({ type: AsnTypeTypes.Sequence, itemType: EssCertIdV2 })(EssCertIdsV2)

/** Policies, which RFC 5035 has too, are left out: the host cannot say what they would bind the tenant to. */
class SigningCertificateV2 {
  certs = new EssCertIdsV2()
}
AsnProp({ type: EssCertIdsV2 })(SigningCertificateV2.prototype, 'certs')

const hashes: Readonly<Record<string, string>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '1.2.156.10197.1.401': 'sm3',
}

/**
 * Why the attribute does not name this certificate, and only this one.
 * @param value DER of a SigningCertificateV2
 * @param certificate DER
 */
export function signingCertificateFault(
  value: ArrayBuffer,
  certificate: Buffer,
): string | undefined {
  const { certs } = parseExactly(value, SigningCertificateV2)
  const [named, another] = certs
  if (named === undefined || another !== undefined) {
    return 'signingCertificateV2 names not exactly one certificate'
  }
  // Absent: SHA-256, which DER says must then not be written.
  const algorithm = hashes[named.hashAlgorithm?.algorithm ?? '2.16.840.1.101.3.4.2.1']
  if (algorithm === undefined) return 'signingCertificateV2 has a hash that the host does not know'
  const hash = createHash(algorithm).update(certificate).digest()
  if (!hash.equals(Buffer.from(named.certHash.buffer))) {
    return "signingCertificateV2 names another certificate than the key's"
  }
  return named.issuerSerial === undefined || isIssuerSerialOf(named.issuerSerial, certificate)
    ? undefined
    : 'signingCertificateV2 names another issuer or serial number'
}

function isIssuerSerialOf({ issuer, serialNumber }: IssuerSerial, certificate: Buffer): boolean {
  const { tbsCertificate } = AsnConvert.parse(certificate, Certificate)
  const [name] = issuer
  if (issuer.length !== 1 || name?.directoryName === undefined) return false
  const isIssuer = isSameName(name.directoryName, tbsCertificate.issuer)
  // Of the INTEGER's DER: tag and length, each one byte, come before it.
  const serial = Buffer.from(serialNumber).subarray(2)
  return isIssuer && serial.equals(Buffer.from(tbsCertificate.serialNumber))
}

function isSameName(one: Name, other: Name): boolean {
  return Buffer.from(AsnConvert.serialize(one)).equals(Buffer.from(AsnConvert.serialize(other)))
}
