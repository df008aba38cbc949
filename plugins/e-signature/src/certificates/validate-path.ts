import type { SignatureVerdict } from '../algorithms/verify-signature.ts'
import { toHex } from '../der/bytes.ts'
import {
  type Certificate,
  isKeyOf,
  isSameCertificate,
  isSelfIssued,
  verifyIssuedBy,
} from './certificate.ts'
import type { NameConstraints } from './extensions.ts'
import { nameFault } from './name-constraints.ts'
import { isSameName } from './names.ts'
import { type PathReason, type PathReasonCode, pathReason } from './path-reasons.ts'
import { mayAuthorise, type Purpose, purposeFault } from './purposes.ts'

export type RevocationStatus =
  | { readonly status: 'good' }
  /** Milliseconds since the epoch. */
  | { readonly status: 'revoked'; readonly at: number }
  | { readonly status: 'unknown' }

export interface PathRequest {
  readonly certificate: Certificate
  /** Of any order and use: from the signature, the DSS, or known to the tenant. */
  readonly intermediates: readonly Certificate[]
  /** Trusted as they are. */
  readonly anchors: readonly Certificate[]
  /** For when it is judged, milliseconds since the epoch. */
  readonly at: number
  readonly purpose: Purpose
  /** What lists and responders said of a certificate; absent: revocation is not judged. */
  readonly revocation?: (certificate: Certificate, issuer: Certificate) => RevocationStatus
}

export interface PathVerdict {
  readonly trusted: boolean
  /** The signer's first, the root last; where no root was found, as far as it went. */
  readonly path: readonly Certificate[]
  /** Why it is not trusted; none where it is. */
  readonly reasons: readonly PathReason[]
  /** What somebody may want to know of a chain that is trusted. */
  readonly warnings: readonly PathReason[]
}

/** Of a person's certificate there are two to four; each costs a signature to verify. */
const MAX_PATH = 8
/** Cross-certified authorities give several paths; a crafted set gives factorially many. */
const MAX_SIGNATURES = 64

/** SHA-1 was forged on 2017-02-23 (shattered.io), RSA below 2048 bits disallowed from 2014 on (NIST SP 800-131A). */
const SHA1_FORGED = Date.UTC(2017, 1, 23)
const SHORT_KEYS_OVER = Date.UTC(2014, 0, 1)

/**
 * Whether a certificate is to be trusted at an instant: path building by names and key identifiers, then RFC 5280 §6
 * without policies. Of several paths the trusted one is answered, else the one with the fewest reasons against it.
 */
export function validatePath(request: PathRequest): PathVerdict {
  const search: Search = { request, verdicts: new Map(), spent: 0, found: [] }
  extend(search, [request.certificate])
  const judged = search.found.map((path) => judge(search, path))
  const best = judged.toSorted((one, other) => one.reasons.length - other.reasons.length)[0]
  return best ?? withoutRoot(search)
}

interface Search {
  readonly request: PathRequest
  /** By certificate and issuer, so that no signature is checked twice. */
  readonly verdicts: Map<string, SignatureVerdict>
  spent: number
  readonly found: Certificate[][]
}

/** Depth first; ends at the first anchor of each branch. */
function extend(search: Search, path: readonly Certificate[]): void {
  const last = path.at(-1) as Certificate
  const { anchors, intermediates } = search.request
  if (anchors.some((anchor) => isSameCertificate(anchor, last))) {
    search.found.push([...path])
    return
  }
  if (path.length >= MAX_PATH || search.found.length >= MAX_PATH) return
  for (const anchor of issuersOf(last, anchors)) {
    if (issued(search, last, anchor)?.valid === true) search.found.push([...path, anchor])
  }
  for (const candidate of issuersOf(last, intermediates)) {
    const isThere = path.some((it) => isSameCertificate(it, candidate))
    const isAnchor = anchors.some((it) => isSameCertificate(it, candidate))
    if (isThere || isAnchor || issued(search, last, candidate)?.valid !== true) continue
    extend(search, [...path, candidate])
  }
}

function issuersOf(certificate: Certificate, among: readonly Certificate[]): Certificate[] {
  return among.filter(
    (it) => isSameName(it.subject, certificate.issuer) && isKeyOf(certificate, it),
  )
}

/** @returns undefined where too much was computed already */
function issued(
  search: Search,
  certificate: Certificate,
  issuer: Certificate,
): SignatureVerdict | undefined {
  const key = `${toHex(certificate.signature)} ${toHex(issuer.publicKey.spki)}`
  const known = search.verdicts.get(key)
  if (known !== undefined) return known
  if (search.spent >= MAX_SIGNATURES) return undefined
  search.spent++
  const verdict = verifyIssuedBy(certificate, issuer)
  search.verdicts.set(key, verdict)
  return verdict
}

/** Where no path ends in an anchor, how far one goes, and why it breaks. */
function withoutRoot(search: Search): PathVerdict {
  const path = [search.request.certificate]
  const reasons: PathReason[] = []
  const all = [...search.request.intermediates, ...search.request.anchors]
  while (path.length < MAX_PATH) {
    const last = path.at(-1) as Certificate
    const candidates = issuersOf(last, all).filter(
      (it) => !path.some((had) => isSameCertificate(had, it)),
    )
    const next = candidates.find((it) => issued(search, last, it)?.valid === true)
    if (next === undefined) {
      const verdicts = candidates.map((it) => issued(search, last, it))
      reasons.push(...verdicts.flatMap((verdict) => brokenBy(verdict, last)).slice(0, 1))
      break
    }
    path.push(next)
  }
  const last = path.at(-1) as Certificate
  return {
    trusted: false,
    path,
    reasons: [...reasons, pathReason('no-trusted-root', last)],
    warnings: [],
  }
}

function brokenBy(verdict: SignatureVerdict | undefined, certificate: Certificate): PathReason[] {
  if (verdict === undefined || verdict.valid) return []
  const code = verdict.reason === 'mismatch' ? 'wrong-signature' : 'unsupported-algorithm'
  return [pathReason(code, certificate)]
}

interface Findings {
  readonly reasons: PathReason[]
  readonly warnings: PathReason[]
}

/** RFC 5280 §6.1, from the root downwards. The root's own extensions bind, as RFC 5937 has it. */
function judge(search: Search, path: readonly Certificate[]): PathVerdict {
  const findings: Findings = { reasons: [], warnings: [] }
  const { at, purpose } = search.request
  const constraints: NameConstraints[] = []
  for (let index = path.length - 1; index >= 0; index--) {
    const certificate = path[index] as Certificate
    const issuer = path[index + 1]
    const faults: (PathReasonCode | undefined)[] = [...certificateFaults(certificate, at)]
    if (index > 0) faults.push(...authorityFaults(path, index, purpose))
    else faults.push(purposeFault(certificate, purpose))
    if (index === 0 || !isSelfIssued(certificate)) faults.push(nameFault(certificate, constraints))
    for (const code of faults) {
      if (code !== undefined) findings.reasons.push(pathReason(code, certificate))
    }
    if (issuer !== undefined) judgeLink(search, certificate, issuer, findings)
    const own = certificate.extensions.nameConstraints
    if (own !== undefined) constraints.push(own)
  }
  return { trusted: findings.reasons.length === 0, path, ...findings }
}

function* certificateFaults(
  { notBefore, notAfter, extensions }: Certificate,
  at: number,
): Generator<PathReasonCode> {
  if (at < notBefore) yield 'not-yet-valid'
  // Both ends are within (§4.1.2.5), and the last second is whole.
  if (at >= notAfter + 1000) yield 'expired'
  if (extensions.unknownCritical.length > 0) yield 'unknown-critical-extension'
}

/** §6.1.4 (k) to (n), of an authority in the path. */
function* authorityFaults(
  path: readonly Certificate[],
  index: number,
  purpose: Purpose,
): Generator<PathReasonCode> {
  const authority = path[index] as Certificate
  const { basicConstraints, keyUsage } = authority.extensions
  const isRoot = index === path.length - 1
  // Roots of version 1 have no extensions at all; somebody chose to trust this one.
  const isOldRoot = isRoot && authority.version < 3
  if (basicConstraints?.ca !== true && !isOldRoot) yield 'not-an-authority'
  const below = path.slice(1, index).filter((it) => !isSelfIssued(it)).length
  if (below > (basicConstraints?.pathLength ?? MAX_PATH)) yield 'path-length-exceeded'
  if (keyUsage?.includes('keyCertSign') === false) yield 'may-not-sign-certificates'
  if (!mayAuthorise(authority, purpose)) yield 'wrong-purpose'
}

function judgeLink(
  search: Search,
  certificate: Certificate,
  issuer: Certificate,
  { reasons, warnings }: Findings,
): void {
  const { at, revocation } = search.request
  const verdict = issued(search, certificate, issuer)
  const weaknesses = verdict?.valid === true ? verdict.weaknesses : []
  if (weaknesses.includes('sha1')) {
    const target = at >= SHA1_FORGED ? reasons : warnings
    target.push(pathReason('weak-signature', certificate))
  }
  const isShort = certificate.publicKey.kind === 'rsa' && certificate.publicKey.bits < 2048
  if (isShort || weaknesses.includes('short-key')) {
    const target = at >= SHORT_KEYS_OVER ? reasons : warnings
    target.push(pathReason('weak-key', isShort ? certificate : issuer))
  }
  const status = revocation?.(certificate, issuer)
  if (status?.status === 'unknown') warnings.push(pathReason('revocation-unknown', certificate))
  if (status?.status === 'revoked' && status.at <= at) {
    reasons.push(pathReason('revoked', certificate))
  }
}
