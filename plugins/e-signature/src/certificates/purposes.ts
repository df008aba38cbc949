import type { Certificate } from './certificate.ts'
import type { PathReasonCode } from './path-reasons.ts'

/** What the holder of a certificate did. */
export type Purpose = 'signing' | 'timestamping' | 'ocsp' | 'any'

const ANY_PURPOSE = '2.5.29.37.0'
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'

/** Any of these lets a certificate sign documents. */
const documentSigning: readonly string[] = [
  ANY_PURPOSE,
  // emailProtection: what most authorities give to persons.
  '1.3.6.1.5.5.7.3.4',
  // documentSigning (RFC 9336), Microsoft's and Adobe's before it.
  '1.3.6.1.5.5.7.3.36',
  '1.3.6.1.4.1.311.10.3.12',
  '1.2.840.113583.1.1.5',
]

/** Why a certificate may not be used so; without the extensions that would say it, it may. */
export function purposeFault(
  certificate: Certificate,
  purpose: Purpose,
): PathReasonCode | undefined {
  const { keyUsage, extendedKeyUsage } = certificate.extensions
  if (purpose === 'any') return undefined
  const mayKeySign =
    keyUsage === undefined ||
    keyUsage.includes('digitalSignature') ||
    keyUsage.includes('nonRepudiation')
  if (!mayKeySign) return 'wrong-key-usage'
  const purposes = extendedKeyUsage?.purposes
  switch (purpose) {
    case 'signing':
      return purposes === undefined || purposes.some((it) => documentSigning.includes(it))
        ? undefined
        : 'wrong-purpose'
    case 'timestamping': {
      // Critical, and nothing else (RFC 3161 §2.3): a signer's key must not make times.
      const isAlone = purposes?.length === 1 && purposes[0] === TIME_STAMPING
      return isAlone && extendedKeyUsage?.isCritical === true ? undefined : 'wrong-purpose'
    }
    case 'ocsp':
      return purposes?.includes(OCSP_SIGNING) === true ? undefined : 'wrong-purpose'
  }
}

/** Whether an authority's own purposes, as all programs read them, let certificates below it be used so. */
export function mayAuthorise(authority: Certificate, purpose: Purpose): boolean {
  const purposes = authority.extensions.extendedKeyUsage?.purposes
  if (purposes === undefined || purposes.includes(ANY_PURPOSE)) return true
  switch (purpose) {
    case 'signing':
      return purposes.some((it) => documentSigning.includes(it))
    case 'timestamping':
      return purposes.includes(TIME_STAMPING)
    case 'ocsp':
    case 'any':
      return true
  }
}
