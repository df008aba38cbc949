import { createHash } from 'node:crypto'
import { certifiedVersion } from '../certified-version.ts'
import type { SigningKey } from '../key-store.ts'
import { cmsScheme, schemeName, signBytes } from '../signature-schemes.ts'
import { contentRefusal, type SigningContent } from '../signing-content.ts'
import type { CmsRequest } from './cms-request.ts'
import { type Asker, type BlobOf, checkDocument, claimedDigest } from './document.ts'
import { attributesFault } from './signed-attributes.ts'

interface Asked {
  readonly asker: Asker
  readonly key: SigningKey
  readonly request: CmsRequest
  readonly now: number
  readonly blobOf: BlobOf | undefined
}

/**
 * The signature of a CMS SignerInfo over its signed attributes, which the host has read.
 * @throws CORE_KEY_CERTIFICATE_MISSING, CORE_SIGNED_CONTENT_REFUSED
 */
export async function cmsContent(asked: Asked): Promise<SigningContent> {
  const { asker, key, request, now, blobOf } = asked
  const { digestAlgorithm, documentSha256, padding = 'pkcs1', profile = 'pades' } = request
  const scheme = cmsScheme(key.algorithm, digestAlgorithm, padding)
  if (scheme === undefined) {
    const wish = `${digestAlgorithm} and ${padding}`
    throw contentRefusal('cms', `a key of ${key.algorithm} signs nothing by ${wish}`)
  }
  const { version, certificate } = certifiedVersion(key, now)
  const digest = claimedDigest(request)
  const attributes = Buffer.from(request.signedAttributes, 'base64')
  const allowed = key.policy.cmsAttributes
  const fault = attributesFault(attributes, { profile, digest, certificate, allowed, now })
  if (fault !== undefined) throw contentRefusal('cms', fault)
  const documentSeen = await checkDocument(blobOf, asker, request, digest)
  const algorithm = schemeName(scheme)
  return {
    version,
    detail: {
      algorithm,
      profile,
      documentSha256,
      digestAlgorithm,
      digest: digest.toString('hex'),
      documentSeen,
      attributesSha256: createHash('sha256').update(attributes).digest('hex'),
    },
    sign: async (secret) => ({
      signature: (await signBytes(scheme, secret, attributes)).toString('base64'),
      algorithm,
      certificate: certificate.toString('base64'),
    }),
  }
}
