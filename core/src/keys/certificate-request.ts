import { sequence } from './der-writer.ts'
import { distinguishedName } from './distinguished-name.ts'
import type { KeyAlgorithm } from './key-algorithms.ts'
import { signX509 } from './x509-signature.ts'

/** Whom the certificate shall name. */
export interface CertificateSubject {
  readonly commonName: string
  readonly organization?: string
  readonly unit?: string
  /** ISO 3166, two letters. */
  readonly country?: string
}

/** A PKCS#10 request (RFC 2986) without attributes, DER, signed by the key it is for. */
export function certificateRequest(
  algorithm: KeyAlgorithm,
  spki: Buffer,
  subject: CertificateSubject,
  secret: Buffer,
): Promise<Buffer> {
  const version = Buffer.from('020100', 'hex')
  const attributes = Buffer.from('a000', 'hex')
  const info = sequence(version, distinguishedName(subject), spki, attributes)
  return signX509(algorithm, info, secret)
}
