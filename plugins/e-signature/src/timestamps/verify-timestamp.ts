import { digest } from '../algorithms/digests.ts'
import type { Weakness } from '../algorithms/verify-signature.ts'
import type { Certificate } from '../certificates/certificate.ts'
import { purposeFault } from '../certificates/purposes.ts'
import { type PathRequest, type PathVerdict, validatePath } from '../certificates/validate-path.ts'
import { attributeOf, attributeTypes } from '../cms/attributes.ts'
import { signingCertificateFaults } from '../cms/signing-certificate.ts'
import { type SignerFault, type SignerVerdict, verifySigner } from '../cms/verify-signer.ts'
import { equalBytes, toHex } from '../der/bytes.ts'
import type { TimestampToken } from './timestamp-token.ts'

/** Why a timestamp proves nothing. */
export type TimestampFault =
  | SignerFault
  /** The token is over other bytes: it was copied from another signature, or these were changed. */
  | 'imprint-mismatch'
  | 'imprint-algorithm-unsupported'
  | 'imprint-algorithm-weak'
  | 'not-one-signer'
  | 'signing-certificate-missing'
  /** The certificate is not for timestamps alone, critically so (RFC 3161 §2.3). */
  | 'not-a-timestamping-certificate'
  | 'nonce-mismatch'
  | 'policy-mismatch'
  | 'untrusted'
  | 'time-in-the-future'

export interface TimestampVerdict {
  readonly valid: boolean
  readonly faults: readonly TimestampFault[]
  /** Milliseconds since the epoch, and how far it may be off. */
  readonly time: number
  readonly accuracyMs?: number
  readonly certificate?: Certificate
  readonly path?: PathVerdict
  readonly weaknesses: readonly Weakness[]
}

export interface TimestampDemands {
  /** What the token must be over: bytes, or their digest by the token's own algorithm. */
  readonly covered: { readonly bytes: Uint8Array } | { readonly digest: Uint8Array }
  readonly intermediates: readonly Certificate[]
  readonly anchors: readonly Certificate[]
  /** Now, or when a later timestamp proves the token to have been there; milliseconds since the epoch. */
  readonly now: number
  readonly revocation?: PathRequest['revocation']
  /** As it was asked with, of an answer that has just come. */
  readonly nonce?: Uint8Array
  readonly policy?: string
}

/** How far the authority's clock may be ahead of the host's. */
const MAX_AHEAD_MS = 5 * 60_000

/** Whether a token proves that the covered bytes were there at its time (RFC 3161 §2.2, §2.3; RFC 5816). */
export function verifyTimestamp(
  token: TimestampToken,
  demands: TimestampDemands,
): TimestampVerdict {
  const { info, signedData } = token
  const [signer, another] = signedData.signers
  const shared = {
    time: info.time,
    ...(info.accuracyMs === undefined ? {} : { accuracyMs: info.accuracyMs }),
  }
  const faults: TimestampFault[] = [...answerFaults(token, demands)]
  if (signer === undefined || another !== undefined) {
    return { ...shared, valid: false, faults: [...faults, 'not-one-signer'], weaknesses: [] }
  }
  const verdict = verifySigner(signedData, signer, undefined, demands.intermediates)
  faults.push(...verdict.faults, ...certificateFaults(token, verdict))
  const path = pathOf(token, verdict, demands)
  if (path?.trusted === false) faults.push('untrusted')
  return {
    ...shared,
    valid: faults.length === 0,
    faults,
    ...(verdict.certificate === undefined ? {} : { certificate: verdict.certificate }),
    ...(path === undefined ? {} : { path }),
    weaknesses: verdict.weaknesses,
  }
}

function* answerFaults(
  { info }: TimestampToken,
  { covered, now, nonce, policy }: TimestampDemands,
): Generator<TimestampFault> {
  if (info.hash === undefined) yield 'imprint-algorithm-unsupported'
  else {
    const expected = 'digest' in covered ? covered.digest : digest(info.hash, covered.bytes)
    if (!equalBytes(expected, info.imprint)) yield 'imprint-mismatch'
    // Whoever can make two documents of one digest can move the time from one to the other.
    if (info.hash === 'sha1') yield 'imprint-algorithm-weak'
  }
  if (nonce !== undefined && info.nonce !== shortHex(nonce)) yield 'nonce-mismatch'
  if (policy !== undefined && info.policy !== policy) yield 'policy-mismatch'
  if (info.time > now + MAX_AHEAD_MS) yield 'time-in-the-future'
}

/** As the token's INTEGER is read: without leading zeros. */
function shortHex(nonce: Uint8Array): string {
  return toHex(nonce).replace(/^(00)+(?=..)/, '')
}

function certificateFaults(
  { signedData }: TimestampToken,
  { certificate }: SignerVerdict,
): TimestampFault[] {
  if (certificate === undefined) return []
  const attributes = signedData.signers[0]?.signedAttributes ?? []
  const isNamed = !signingCertificateFaults(attributes, certificate).includes(
    'signing-certificate-missing',
  )
  const hasType = attributeOf(attributes, attributeTypes.contentType) !== undefined
  const isForTime = purposeFault(certificate, 'timestamping') === undefined
  return [
    ...(isNamed && hasType ? [] : ['signing-certificate-missing' as const]),
    ...(isForTime ? [] : ['not-a-timestamping-certificate' as const]),
  ]
}

/** The authority is judged for the time that it made: later its certificate may expire. */
function pathOf(
  { info, signedData }: TimestampToken,
  { certificate }: SignerVerdict,
  { intermediates, anchors, revocation }: TimestampDemands,
): PathVerdict | undefined {
  if (certificate === undefined) return undefined
  return validatePath({
    certificate,
    intermediates: [...signedData.certificates, ...intermediates],
    anchors,
    at: info.time,
    purpose: 'timestamping',
    ...(revocation === undefined ? {} : { revocation }),
  })
}
