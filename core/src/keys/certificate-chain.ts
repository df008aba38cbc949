import { X509Certificate } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import { Certificate } from '@peculiar/asn1-x509'
import { DerFault, readDer } from './der.ts'
import { verifySm2 } from './sm2.ts'

/** Longer than chains are; what a page of PEM costs to read is bounded by it. */
const MAX_CERTIFICATES = 6

const SM2_WITH_SM3 = '1.2.156.10197.1.501'

export type ReadChain =
  | { readonly ok: true; readonly certificates: readonly Buffer[] }
  | { readonly ok: false; readonly reason: string }

/** @param pem certificates alone, each followed by its issuer's. @returns their DER, in that order */
export function readChain(pem: string): ReadChain {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g)
  if (blocks === null) return { ok: false, reason: 'it holds no certificate in PEM' }
  if (blocks.length > MAX_CERTIFICATES) {
    return { ok: false, reason: `it has more than ${MAX_CERTIFICATES} certificates` }
  }
  const certificates = blocks.map((block) =>
    Buffer.from(block.replace(/-----[A-Z ]+-----/g, ''), 'base64'),
  )
  const unread = certificates.findIndex((der) => readCertificate(der) === undefined)
  if (unread >= 0) return { ok: false, reason: `certificate ${unread + 1} cannot be read` }
  return { ok: true, certificates }
}

/** Why the chain is not one, or not the key's; whether its root is to be trusted is for those who verify. */
export function chainFault(
  certificates: readonly Buffer[],
  spki: Buffer,
  now: number,
): string | undefined {
  const [leaf] = certificates
  if (leaf === undefined) return 'it holds no certificate'
  if (!spkiOf(leaf)?.equals(spki)) return 'its first certificate has another public key'
  for (const [index, der] of certificates.entries()) {
    if (!isValidAt(der, now)) return `certificate ${index + 1} is not valid now`
    const issuer = certificates[index + 1]
    if (issuer !== undefined && !isIssuedBy(der, issuer)) {
      return `certificate ${index + 1} was not issued by the next one`
    }
  }
  return undefined
}

export function isValidAt(der: Buffer, now: number): boolean {
  const { validFromDate, validToDate } = new X509Certificate(der)
  return validFromDate.getTime() <= now && now <= validToDate.getTime()
}

/** The SubjectPublicKeyInfo of a certificate, DER; undefined where the host cannot read its key. */
export function spkiOf(der: Buffer): Buffer | undefined {
  try {
    return new X509Certificate(der).publicKey.export({ format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}

function readCertificate(der: Buffer): Certificate | undefined {
  try {
    readDer(der)
    // Both readers have to know it.
    new X509Certificate(der)
    return AsnConvert.parse(der, Certificate)
  } catch {
    return undefined
  }
}

function isIssuedBy(der: Buffer, issuerDer: Buffer): boolean {
  const certificate = new X509Certificate(der)
  const issuer = new X509Certificate(issuerDer)
  if (!certificate.checkIssued(issuer)) return false
  const { signatureAlgorithm, signatureValue } = AsnConvert.parse(der, Certificate)
  if (signatureAlgorithm.algorithm !== SM2_WITH_SM3) return certificate.verify(issuer.publicKey)
  const spki = spkiOf(issuerDer)
  return spki !== undefined && verifySm2(spki, signedPart(der), Buffer.from(signatureValue))
}

function signedPart(der: Buffer): Buffer {
  const [tbs] = readDer(der).children
  if (tbs === undefined) throw new DerFault('a certificate has no parts')
  return tbs.bytes
}
