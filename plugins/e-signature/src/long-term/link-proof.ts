import { type Certificate, isSameCertificate } from '../certificates/certificate.ts'
import { type Crl, crlFaults } from '../certificates/crl.ts'
import type { BasicResponse } from '../certificates/ocsp-response.ts'
import { isNeverRevoked } from '../certificates/revocation.ts'
import type { RevocationStatus } from '../certificates/validate-path.ts'
import { verifyOcsp } from '../certificates/verify-ocsp.ts'

/** What lists and responders have said, read. */
export interface Evidence {
  readonly crls: readonly Crl[]
  readonly responses: readonly BasicResponse[]
}

export interface Link {
  readonly certificate: Certificate
  readonly issuer: Certificate
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly now: number
  /** Nothing that was said before counts: whoever was revoked a moment before `at` is on no earlier list. */
  readonly notBefore?: number
}

export type LinkProof =
  | { readonly kind: 'not-needed' }
  | { readonly kind: 'missing'; readonly isStale: boolean }
  | (Said & { readonly kind: 'crl'; readonly crl: Crl })
  | (Said & {
      readonly kind: 'ocsp'
      readonly response: BasicResponse
      /** Whom the issuer lets answer, where it does not itself. */
      readonly responder?: Certificate
    })

interface Said {
  readonly status: Exclude<RevocationStatus, { readonly status: 'unknown' }>
  readonly thisUpdate: number
}

/**
 * The best word on one certificate: that it is revoked before that it is not; of several the newest, a response before a list (it is smaller).
 * Freshness as ETSI EN 319 102-1 §5.2.5: until its nextUpdate a word counts, unless `notBefore` asks for more.
 */
export function linkProof({ crls, responses }: Evidence, link: Link): LinkProof {
  const { certificate, notBefore = Number.NEGATIVE_INFINITY } = link
  const all = [
    ...responses.map((response) => saidByResponder(response, link)),
    ...crls.map((crl) => saidByList(crl, link)),
  ]
  const found = all.filter((one) => one !== 'stale').filter((one) => one !== 'nothing')
  const revoked = found.filter(({ status }) => status.status === 'revoked')
  const fresh = found.filter(({ thisUpdate }) => thisUpdate >= notBefore)
  const counted = (revoked.length > 0 ? revoked : fresh).toSorted(byAge)
  const best = counted.find(({ kind }) => kind === 'ocsp') ?? counted[0]
  if (best !== undefined) return best
  if (isNeverRevoked(certificate)) return { kind: 'not-needed' }
  return { kind: 'missing', isStale: all.includes('stale') || found.length > 0 }
}

type Word = Extract<LinkProof, Said> | 'stale' | 'nothing'

function saidByResponder(response: BasicResponse, link: Link): Word {
  const { faults, answer, responder } = verifyOcsp(response, link)
  if (answer === undefined) return silence(faults)
  const { status, thisUpdate } = answer
  if (status.status === 'unknown') return 'nothing'
  const isDelegate = responder !== undefined && !isSameCertificate(responder, link.issuer)
  const delegate = isDelegate ? { responder } : {}
  return { kind: 'ocsp', response, status, thisUpdate, ...delegate }
}

function saidByList(crl: Crl, link: Link): Word {
  const faults = crlFaults(crl, link)
  if (faults.length > 0) return silence(faults)
  const entry = crl.revoked.get(link.certificate.serialNumber)
  const status = entry === undefined ? GOOD : ({ status: 'revoked', at: entry.at } as const)
  return { kind: 'crl', crl, status, thisUpdate: crl.thisUpdate }
}

/** What was sound but for its age is told apart from what is about something else. */
function silence(faults: readonly string[]): 'stale' | 'nothing' {
  return faults.length === 1 && faults[0] === 'stale' ? 'stale' : 'nothing'
}

const GOOD = { status: 'good' } as const

function byAge(one: Said, other: Said): number {
  return other.thisUpdate - one.thisUpdate
}

export function statusOf(proof: LinkProof): RevocationStatus {
  if (proof.kind === 'not-needed') return GOOD
  return proof.kind === 'missing' ? { status: 'unknown' } : proof.status
}
