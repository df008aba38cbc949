import type { DigestName } from '../key-algorithms.ts'
import { contentRefusal } from '../signing-content.ts'
import type { CmsRequest } from './cms-request.ts'

/** Who asks, and for how long it is waited for. */
export interface Asker {
  readonly plugin: string
  readonly tenant: string
  /** Aborted when the call is over: at its deadline, or since its caller left. */
  readonly signal: AbortSignal
}

/** The bytes of a document that the host itself holds. */
export interface DocumentBlob {
  /** @param signal of the call it is read for: aborted when that is over */
  digest(algorithm: DigestName, signal: AbortSignal): Promise<Buffer>
}

/** Finds a document among the plugin's own blobs of the tenant, or as parts of them; undefined: there is none of that hash. */
export type BlobOf = (
  plugin: string,
  tenant: string,
  document: Pick<CmsRequest, 'documentSha256' | 'documentParts'>,
) => Promise<DocumentBlob | undefined>

const digestBytes: Readonly<Record<DigestName, number>> = {
  sha256: 32,
  sha384: 48,
  sha512: 64,
  sm3: 32,
}

/** The digest that a request claims of its document, so far as that can be told without the document. */
export function claimedDigest(request: CmsRequest): Buffer {
  const { documentSha256, digestAlgorithm } = request
  if (digestAlgorithm === 'sha256') {
    if (request.digest !== undefined && request.digest !== documentSha256) {
      throw contentRefusal('cms', 'digest and documentSha256 are of different documents')
    }
    return Buffer.from(documentSha256, 'hex')
  }
  const digest = Buffer.from(request.digest ?? '', 'hex')
  if (digest.length === digestBytes[digestAlgorithm]) return digest
  throw contentRefusal('cms', `digest is no ${digestAlgorithm} in hexadecimal`)
}

/**
 * Holds the claim to the document itself.
 * @param blobOf undefined on a host without blobs: then the claim stands, and the audit says so
 * @returns whether the host has looked at the document
 */
export async function checkDocument(
  blobOf: BlobOf | undefined,
  { plugin, tenant, signal }: Asker,
  request: CmsRequest,
  digest: Buffer,
): Promise<boolean> {
  if (blobOf === undefined) return false
  const blob = await blobOf(plugin, tenant, request)
  if (blob === undefined) throw contentRefusal('cms', 'the plugin has no such document')
  if (request.documentParts !== undefined) {
    const sha256 = await blob.digest('sha256', signal)
    if (sha256.toString('hex') !== request.documentSha256) {
      throw contentRefusal('cms', 'documentParts make another document than documentSha256')
    }
    // Which is what it claims, and need not be found twice.
    if (request.digestAlgorithm === 'sha256') return true
  }
  if ((await blob.digest(request.digestAlgorithm, signal)).equals(digest)) return true
  throw contentRefusal('cms', "digest is not the document's")
}
