import { toHex } from '../der/bytes.ts'
import { readOrNothing } from '../der/malformed.ts'
import type { Certificate } from './certificate.ts'
import { type Crl, crlFaults, readCrl } from './crl.ts'
import { type BasicResponse, readOcspResponse } from './ocsp-response.ts'
import type { RevocationStatus } from './validate-path.ts'
import { verifyOcsp } from './verify-ocsp.ts'

export interface RevocationEvidence {
  /** DER, of a DSS, a signature or just fetched; what cannot be read counts as absent. */
  readonly crls: readonly Uint8Array[]
  readonly ocspResponses: readonly Uint8Array[]
  /** For when it is asked, milliseconds since the epoch. */
  readonly at: number
  /** When it is judged, or a timestamp proves the evidence to have been there. */
  readonly now: number
}

/**
 * What lists and responses say of certificates, for `validatePath`. A word that one is revoked outweighs words that
 * it is not; of several, the earliest counts.
 */
export function revocationFrom(
  evidence: RevocationEvidence,
): (certificate: Certificate, issuer: Certificate) => RevocationStatus {
  const crls = evidence.crls
    .map((der) => readOrNothing(() => readCrl(der)))
    .filter((it) => it !== undefined)
  const responses = evidence.ocspResponses.flatMap((der) => {
    const response = readOrNothing(() => readOcspResponse(der))
    return response?.status === 'successful' ? [response.basic] : []
  })
  // A path is judged once for each way to the root: what was said stays said.
  const known = new Map<string, RevocationStatus>()
  return (certificate, issuer) => {
    const key = `${toHex(certificate.signature)} ${toHex(issuer.signature)}`
    const status = known.get(key) ?? statusOf(crls, responses, { certificate, issuer, ...evidence })
    known.set(key, status)
    return status
  }
}

interface Question {
  readonly certificate: Certificate
  readonly issuer: Certificate
  readonly at: number
  readonly now: number
}

function statusOf(
  crls: readonly Crl[],
  responses: readonly BasicResponse[],
  question: Question,
): RevocationStatus {
  const { certificate } = question
  const said: RevocationStatus[] = []
  for (const response of responses) {
    const { answer } = verifyOcsp(response, question)
    if (answer !== undefined) said.push(answer.status)
  }
  for (const crl of crls) {
    if (crlFaults(crl, question).length > 0) continue
    const entry = crl.revoked.get(certificate.serialNumber)
    said.push(entry === undefined ? { status: 'good' } : { status: 'revoked', at: entry.at })
  }
  const revoked = said.filter((status) => status.status === 'revoked')
  const [earliest] = revoked.toSorted((one, other) => one.at - other.at)
  const good = said.find(({ status }) => status === 'good')
  return earliest ?? good ?? { status: isNeverRevoked(certificate) ? 'good' : 'unknown' }
}

/**
 * Of a certificate that says so itself nobody is asked: the key of a signer who signs once is gone before he could have it revoked
 * (ETSI EN 319 102-1 §5.2.6, EN 319 412-1 §5.2; RFC 9608 §4, by which an authority, or one that names where to ask, cannot say so).
 */
export function isNeverRevoked({ extensions }: Certificate): boolean {
  const { basicConstraints, hasNoRevocation, isShortTerm, crlUris = [], ocspUris = [] } = extensions
  if (basicConstraints?.ca === true) return false
  const isAskable = crlUris.length + ocspUris.length > 0
  return isShortTerm === true || (hasNoRevocation === true && !isAskable)
}
