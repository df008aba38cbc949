import type { Certificate } from '../certificates/certificate.ts'
import type { RevocationEvidence } from '../certificates/revocation.ts'
import { revocationFrom } from '../certificates/revocation.ts'
import type { PathVerdict } from '../certificates/validate-path.ts'
import { readOrNothing } from '../der/malformed.ts'
import { readTimestampToken, type TimestampToken } from '../timestamps/timestamp-token.ts'
import {
  type TimestampDemands,
  type TimestampVerdict,
  verifyTimestamp,
} from '../timestamps/verify-timestamp.ts'
import type { FaultCode } from './faults.ts'

/** What is known beside the signature: certificates of anybody, and what lists and responders said. */
export interface Surroundings {
  readonly anchors: readonly Certificate[]
  readonly certificates: readonly Certificate[]
  readonly evidence: Pick<RevocationEvidence, 'crls' | 'ocspResponses'>
  /** Milliseconds since the epoch. */
  readonly now: number
}

export interface JudgedToken {
  readonly token: TimestampToken
  readonly verdict: TimestampVerdict
  readonly faults: readonly FaultCode[]
  /** It is over these bytes and holds; whether its authority is trusted is asked apart. */
  readonly holds: boolean
}

export function judgeToken(
  token: TimestampToken,
  covered: TimestampDemands['covered'],
  { anchors, certificates, evidence, now }: Surroundings,
): JudgedToken {
  const revocation = revocationFrom({ ...evidence, at: token.info.time, now })
  const demands = { covered, intermediates: certificates, anchors, now, revocation }
  const verdict = verifyTimestamp(token, demands)
  const broken = verdict.faults.filter((fault) => fault !== 'untrusted')
  const faults: FaultCode[] = []
  if (broken.includes('imprint-mismatch')) faults.push('TIMESTAMP_OF_ANOTHER')
  if (broken.some((fault) => fault !== 'imprint-mismatch')) faults.push('TIMESTAMP_BROKEN')
  if (broken.length < verdict.faults.length) faults.push('TIMESTAMP_UNTRUSTED')
  if (pathIsBroken(verdict.path)) faults.push('CERTIFICATE_PATH_BROKEN')
  return { token, verdict, faults, holds: broken.length === 0 }
}

/** The tokens in a signature; one that cannot be read is a fault of the signature. */
export function judgeTokens(
  tokens: readonly Uint8Array[],
  signature: Uint8Array,
  surroundings: Surroundings,
): { readonly judged: readonly JudgedToken[]; readonly faults: readonly FaultCode[] } {
  const read = tokens.slice(0, 8).map((der) => readOrNothing(() => readTimestampToken(der)))
  const judged = read
    .filter((token) => token !== undefined)
    .map((token) => judgeToken(token, { bytes: signature }, surroundings))
  const unread: FaultCode[] = judged.length < tokens.length ? ['TIMESTAMP_BROKEN'] : []
  return { judged, faults: [...unread, ...judged.flatMap(({ faults }) => faults)] }
}

export function pathIsBroken(path: PathVerdict | undefined): boolean {
  return path?.reasons.some(({ code }) => code === 'wrong-signature') === true
}
