import { cmsScheme, schemeName, verifyBytes } from '../signature-schemes.ts'
import { type Verdict, type VerifyingKey, validBy } from '../verifying-key.ts'
import type { CmsRequest } from './cms-request.ts'
import { claimedDigest } from './document.ts'
import { attributesFault } from './signed-attributes.ts'

export interface CmsVerifyRequest extends CmsRequest {
  /** Base64. */
  readonly signature: string
}

/** A signature over signed attributes, by the same rules as they are signed, but of any time. */
export async function verifyCms(
  request: CmsVerifyRequest,
  keys: readonly VerifyingKey[],
): Promise<Verdict> {
  const { digestAlgorithm, padding = 'pkcs1', profile = 'pades' } = request
  const digest = claimedDigest(request)
  const attributes = Buffer.from(request.signedAttributes, 'base64')
  const signature = Buffer.from(request.signature, 'base64')
  let detail: string | undefined
  for (const key of keys) {
    const { certificate, algorithm, allowed } = key
    const scheme = cmsScheme(algorithm, digestAlgorithm, padding)
    if (certificate === undefined || scheme === undefined) continue
    const demands = { profile, digest, certificate, allowed, now: null }
    const fault = attributesFault(attributes, demands)
    if (fault !== undefined) {
      detail ??= fault
      continue
    }
    if (await verifyBytes(scheme, key.verifier, attributes, signature)) {
      return validBy(key, schemeName(scheme))
    }
    return { valid: false, reason: 'signature' }
  }
  return detail === undefined
    ? { valid: false, reason: 'signature' }
    : { valid: false, reason: 'attributes', detail }
}
