import { coreErrors } from '../errors.ts'
import { isValidAt } from './certificate-chain.ts'
import type { KeyVersion, SigningKey } from './key-store.ts'

/**
 * The newest version with a certificate that is valid: a rotated key signs by the old one until it has its own.
 * @throws CORE_KEY_CERTIFICATE_MISSING
 */
export function certifiedVersion(
  { id, tenant, versions }: SigningKey,
  now: number,
): { readonly version: KeyVersion; readonly certificate: Buffer } {
  for (const version of versions) {
    const [certificate] = version.certificates
    if (certificate !== undefined && isValidAt(certificate, now)) return { version, certificate }
  }
  throw coreErrors.create('KEY_CERTIFICATE_MISSING', { key: id, tenant })
}
