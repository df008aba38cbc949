import {
  certificateTime,
  nothing,
  objectIdentifier,
  octetString,
  sequence,
  tagged,
  truth,
} from '../der-writer.ts'
import { distinguishedName } from '../distinguished-name.ts'
import type { KeyAlgorithm } from '../key-algorithms.ts'
import { x509Signature } from '../x509-signature.ts'
import { type Authority, keyIdentifierOf } from './authority.ts'

/** Who signs, as a plugin has found out who it is. */
export interface SignerSubject {
  readonly commonName: string
  readonly organization?: string
  /** What tells two of one name apart: a number of the staff, or of a paper that was seen. */
  readonly serialNumber?: string
  /** ISO 3166, two letters. */
  readonly country?: string
  /** In the subjectAltName (RFC 5280 §4.1.2.6), not in the name. */
  readonly email?: string
}

export interface CertificateWish {
  readonly authority: Authority
  /** Of the authority's key, which will sign it. */
  readonly algorithm: KeyAlgorithm
  readonly subject: SignerSubject
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Buffer
  /** A positive INTEGER's content, drawn at random. */
  readonly serial: Buffer
  /** Milliseconds since the epoch, of whole seconds. */
  readonly notBefore: number
  readonly notAfter: number
}

/** Nobody could have it revoked in that time (ETSI EN 319 411-1: 24 hours); then EN 319 412-1 §5.2 says so. */
const SHORT_TERM_MS = 24 * 3_600_000

/** Bits 0 and 1 of KeyUsage: digitalSignature, nonRepudiation. */
const SIGNS = Buffer.from('030206c0', 'hex')
const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4'
/** RFC 9336: what PDF readers take for signing of documents, beside e-mail. */
const DOCUMENT_SIGNING = '1.3.6.1.5.5.7.3.36'

/**
 * The TBSCertificate of whoever signs once (RFC 5280 §4.1), DER. It says that it is never revoked (noRevAvail, RFC 9608): its key is gone
 * when the signature is made, so that there is nothing to take back.
 */
export function signerCertificate(wish: CertificateWish): Buffer {
  const { authority, algorithm, subject, spki, serial, notBefore, notAfter } = wish
  return sequence(
    tagged(0xa0, Buffer.from('020102', 'hex')),
    tagged(0x02, serial),
    x509Signature(algorithm).identifier,
    authority.name,
    sequence(certificateTime(notBefore), certificateTime(notAfter)),
    distinguishedName(subject),
    spki,
    tagged(0xa3, sequence(...extensionsOf(wish))),
  )
}

function extensionsOf({
  authority,
  subject,
  spki,
  notBefore,
  notAfter,
}: CertificateWish): Buffer[] {
  const { email } = subject
  const mail = email === undefined ? [] : [tagged(0x81, Buffer.from(email, 'latin1'))]
  const isShort = notAfter - notBefore <= SHORT_TERM_MS
  const purposes = [EMAIL_PROTECTION, DOCUMENT_SIGNING].map(objectIdentifier)
  return [
    extension('2.5.29.35', sequence(tagged(0x80, authority.keyIdentifier))),
    extension('2.5.29.14', octetString(keyIdentifierOf(spki))),
    critical('2.5.29.19', sequence()),
    critical('2.5.29.15', SIGNS),
    extension('2.5.29.37', sequence(...purposes)),
    ...(mail.length > 0 ? [extension('2.5.29.17', sequence(...mail))] : []),
    extension('2.5.29.56', nothing()),
    ...(isShort ? [extension('0.4.0.194121.2.1', nothing())] : []),
  ]
}

const extension = (type: string, value: Buffer): Buffer =>
  sequence(objectIdentifier(type), octetString(value))

const critical = (type: string, value: Buffer): Buffer =>
  sequence(objectIdentifier(type), truth(), octetString(value))
