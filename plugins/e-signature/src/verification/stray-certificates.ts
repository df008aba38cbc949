import {
  type Certificate,
  isKeyOf,
  isSameCertificate,
  verifyIssuedBy,
} from '../certificates/certificate.ts'
import { isSameName } from '../certificates/names.ts'
import { toHex } from '../der/bytes.ts'

/** What was found of pairs of certificate and issuer: fifty signatures bring the same chain fifty times. */
export type IssuingMemory = Map<string, boolean>

/**
 * Whether a container holds a certificate that is of no chain and that nobody known issued: as one that was altered is, while another
 * copy of it still completes the chain.
 */
export function hasStray(
  certificates: readonly Certificate[],
  used: readonly Certificate[],
  known: readonly Certificate[],
  memory: IssuingMemory,
): boolean {
  return certificates.some((certificate) => {
    if (used.some((one) => isSameCertificate(one, certificate))) return false
    const own = toHex(certificate.der)
    return !known.some((issuer) => {
      if (!isSameName(issuer.subject, certificate.issuer) || !isKeyOf(certificate, issuer))
        return false
      const key = `${own} ${toHex(issuer.publicKey.spki)}`
      const verdict = memory.get(key) ?? verifyIssuedBy(certificate, issuer).valid
      memory.set(key, verdict)
      return verdict
    })
  })
}
