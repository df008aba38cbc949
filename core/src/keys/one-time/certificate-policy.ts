import type { SignerSubject } from './signer-certificate.ts'

export const subjectFields = ['organization', 'serialNumber', 'country', 'email'] as const
export type SubjectField = (typeof subjectFields)[number]

/** What an admin lets a CA key certify. */
export interface CertificatePolicy {
  /** Of a signer's certificate, in seconds. */
  readonly maxTtlS: number
  /** Beside the common name, which each has. */
  readonly subjectFields: readonly SubjectField[]
}

/** A verifier's clock, or that of a time stamp, may be so much behind. */
const BACKDATED_MS = 5 * 60_000
const MIN_TTL_MS = 60_000

export type Validity =
  | { readonly ok: true; readonly notBefore: number; readonly notAfter: number }
  | { readonly ok: false; readonly reason: string }

/** Why the policy does not let it be certified. */
export function subjectFault(
  subject: SignerSubject,
  { subjectFields: allowed }: CertificatePolicy,
): string | undefined {
  const fields = subjectFields.filter((field) => subject[field] !== undefined)
  const refused = fields.find((field) => !allowed.includes(field))
  return refused === undefined
    ? undefined
    : `the policy of the key lets a certificate say nothing of ${refused}`
}

/**
 * From when to when, in whole seconds and never beyond the authority's own time.
 * @param wish `ttlS`: the longest that may be, when absent; more than that is refused rather than cut
 */
export function validityOf(
  wish: { readonly ttlS?: number | undefined; readonly now: number },
  { maxTtlS }: CertificatePolicy,
  authority: { readonly notBefore: number; readonly notAfter: number },
): Validity {
  const { ttlS, now } = wish
  const second = Math.floor(now / 1000) * 1000
  const left = authority.notAfter - second
  if (ttlS !== undefined && ttlS > maxTtlS) {
    return { ok: false, reason: `the policy of the key allows ${maxTtlS} seconds` }
  }
  if (ttlS !== undefined && ttlS * 1000 > left) {
    return { ok: false, reason: `the authority's own certificate ends in ${left / 1000} seconds` }
  }
  const length = Math.min((ttlS ?? maxTtlS) * 1000, left)
  if (length < MIN_TTL_MS) return { ok: false, reason: "the authority's own certificate ends" }
  const notBefore = Math.max(second - BACKDATED_MS, authority.notBefore)
  return { ok: true, notBefore, notAfter: second + length }
}
