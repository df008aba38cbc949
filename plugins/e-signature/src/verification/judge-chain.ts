import { type Certificate, isSelfIssued } from '../certificates/certificate.ts'
import { revocationFrom } from '../certificates/revocation.ts'
import { type PathVerdict, validatePath } from '../certificates/validate-path.ts'
import type { Surroundings } from './judge-time.ts'

export type Chain = 'trusted' | 'unknown' | 'expired' | 'revoked'

/** The chain of a signer for the instant that is proven, else for now. */
export function signerPath(
  certificate: Certificate,
  beside: readonly Certificate[],
  at: number,
  { anchors, certificates, evidence, now }: Surroundings,
): PathVerdict {
  return validatePath({
    certificate,
    intermediates: [...beside, ...certificates],
    anchors,
    at,
    purpose: 'signing',
    revocation: revocationFrom({ ...evidence, at, now }),
  })
}

export function chainOf(path: PathVerdict | undefined): Chain {
  if (path === undefined) return 'unknown'
  if (path.trusted) return 'trusted'
  const codes = path.reasons.map(({ code }) => code)
  if (codes.includes('revoked')) return 'revoked'
  const isOld = codes.every((code) => code === 'expired' || code === 'not-yet-valid')
  return isOld ? 'expired' : 'unknown'
}

/** Whether all that a later check needs stands in the file: the chain to its root, and an answer for each but the root. */
export function isProven(path: PathVerdict | undefined): boolean {
  if (path === undefined) return false
  const last = path.path.at(-1)
  const isWhole = path.trusted || (last !== undefined && isSelfIssued(last))
  const isOpen = path.warnings.some(({ code }) => code === 'revocation-unknown')
  return isWhole && !isOpen && path.path.length > 1
}
