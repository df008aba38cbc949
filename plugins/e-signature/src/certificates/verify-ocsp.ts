import { digest } from '../algorithms/digests.ts'
import { signatureScheme, verifySignature } from '../algorithms/verify-signature.ts'
import { equalBytes } from '../der/bytes.ts'
import { type Certificate, verifyIssuedBy } from './certificate.ts'
import { MAX_SKEW_MS, type RevocationQuestion } from './crl.ts'
import { isSameName } from './names.ts'
import { issuerHashes, keyBits } from './ocsp-request.ts'
import type { BasicResponse, OcspAnswer } from './ocsp-response.ts'
import { purposeFault } from './purposes.ts'

/** Why a response says nothing of a certificate. */
export type OcspFault =
  | 'other-certificate'
  | 'responder-missing'
  | 'responder-not-authorised'
  | 'wrong-signature'
  | 'nonce-mismatch'
  | 'unknown-critical-extension'
  | 'stale'
  | 'from-the-future'

export interface OcspVerdict {
  readonly faults: readonly OcspFault[]
  /** Where there are no faults. */
  readonly answer?: OcspAnswer
  readonly responder?: Certificate
}

/** Of an answer without nextUpdate, which says that newer information is always there (RFC 6960 §4.2.2.1). */
const MAX_AGE_MS = 24 * 3600_000

/** Whether a response is about the certificate, by whoever may say so, and about the time in question (§3.2, §4.2.2). */
export function verifyOcsp(
  response: BasicResponse,
  question: RevocationQuestion & { readonly nonce?: Uint8Array },
): OcspVerdict {
  const { certificate, issuer, nonce } = question
  const answer = response.answers.find((it) => isAbout(it, certificate, issuer))
  if (answer === undefined) return { faults: ['other-certificate'] }
  const responder = findResponder(response, issuer)
  if (responder === undefined) return { faults: ['responder-missing'] }
  const scheme = signatureScheme(response.signatureAlgorithm)
  const signed = { message: response.signedPart }
  const isSigned = verifySignature(responder.publicKey, scheme, signed, response.signature).valid
  const isUnknown = [...response.unknownCritical, ...answer.unknownCritical].length > 0
  const checks: readonly (readonly [boolean, OcspFault])[] = [
    [!mayAnswer(responder, issuer, response.producedAt), 'responder-not-authorised'],
    [!isSigned, 'wrong-signature'],
    [isUnknown, 'unknown-critical-extension'],
    [nonce !== undefined && !isSameNonce(response, nonce), 'nonce-mismatch'],
    [isStale(answer, question.at), 'stale'],
    [isFromLater(response, answer, question.now), 'from-the-future'],
  ]
  const faults = checks.filter(([isFault]) => isFault).map(([, fault]) => fault)
  return faults.length === 0 ? { faults, answer, responder } : { faults, responder }
}

function isAbout(answer: OcspAnswer, certificate: Certificate, issuer: Certificate): boolean {
  if (answer.hash === undefined || answer.serialNumber !== certificate.serialNumber) return false
  const { name, key } = issuerHashes(issuer, answer.hash)
  return equalBytes(name, answer.nameHash) && equalBytes(key, answer.keyHash)
}

function findResponder(
  { responder, certificates }: BasicResponse,
  issuer: Certificate,
): Certificate | undefined {
  return [issuer, ...certificates].find((candidate) =>
    'name' in responder
      ? isSameName(candidate.subject, responder.name)
      : equalBytes(digest('sha1', keyBits(candidate)), responder.keyHash),
  )
}

/** The issuer itself, or whom it certified itself for that purpose (§4.2.2.2), then valid. */
function mayAnswer(responder: Certificate, issuer: Certificate, at: number): boolean {
  if (equalBytes(responder.publicKey.spki, issuer.publicKey.spki)) return true
  const isValid = at >= responder.notBefore && at <= responder.notAfter
  const isUnderstood = responder.extensions.unknownCritical.length === 0
  const isFor = purposeFault(responder, 'ocsp') === undefined
  const isIssued = isSameName(responder.issuer, issuer.subject)
  return isValid && isUnderstood && isFor && isIssued && verifyIssuedBy(responder, issuer).valid
}

function isSameNonce({ nonce }: BasicResponse, asked: Uint8Array): boolean {
  return nonce !== undefined && equalBytes(nonce, asked)
}

/** Said before the time in question, with no word that it holds until then. */
function isStale({ thisUpdate, nextUpdate }: OcspAnswer, at: number): boolean {
  return (nextUpdate ?? thisUpdate + MAX_AGE_MS) < at
}

function isFromLater({ producedAt }: BasicResponse, { thisUpdate }: OcspAnswer, now: number) {
  return Math.max(producedAt, thisUpdate) > now + MAX_SKEW_MS
}
