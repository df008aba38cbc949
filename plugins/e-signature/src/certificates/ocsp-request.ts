import { digestAlgorithm } from '../algorithms/algorithm-identifier.ts'
import { type DigestName, digest } from '../algorithms/digests.ts'
import { readDer } from '../der/read-der.ts'
import { bitStringOf } from '../der/values.ts'
import { context, objectIdentifier, octetString, sequence } from '../der/write-der.ts'
import type { Certificate } from './certificate.ts'

export const OCSP_NONCE = '1.3.6.1.5.5.7.48.1.2'

export interface OcspQuestion {
  readonly certificate: Certificate
  readonly issuer: Certificate
  /** SHA-1 is what responders know (RFC 5019 §2.1.1); it only names the issuer here, and proves nothing. */
  readonly hash?: DigestName
  /** Of 1 to 32 bytes (RFC 9654 §2.1). */
  readonly nonce?: Uint8Array
}

/** OCSPRequest of one certificate (RFC 6960 §4.1.1), DER, for `application/ocsp-request`. */
export function ocspRequest({
  certificate,
  issuer,
  hash = 'sha1',
  nonce,
}: OcspQuestion): Uint8Array {
  const request = sequence(certificateId(certificate, issuer, hash))
  const extension =
    nonce === undefined
      ? []
      : [
          context(
            2,
            sequence(sequence(objectIdentifier(OCSP_NONCE), octetString(octetString(nonce)))),
          ),
        ]
  return sequence(sequence(sequence(request), ...extension))
}

/** CertID: the issuer's name and key, hashed, and the serial number. */
function certificateId(
  certificate: Certificate,
  issuer: Certificate,
  hash: DigestName,
): Uint8Array {
  const { name, key } = issuerHashes(issuer, hash)
  return sequence(
    digestAlgorithm(hash),
    octetString(name),
    octetString(key),
    certificate.serialNumberDer,
  )
}

export function issuerHashes(issuer: Certificate, hash: DigestName) {
  return { name: digest(hash, issuer.subject.bytes), key: digest(hash, keyBits(issuer)) }
}

/** The key of SubjectPublicKeyInfo without its algorithm. */
export function keyBits({ publicKey }: Certificate): Uint8Array {
  const [, key] = readDer(publicKey.spki).children
  if (key === undefined) throw new Error('a public key that was read has its two parts')
  return bitStringOf(key)
}
