import type { OpenBlobs } from '../blobs/open-blobs.ts'
import type { BlobOf } from './cms/document.ts'

/** Documents that are signed are files of the plugin that asks, in the tenant: their digests are the host's own. */
export function documentsOf({ blobs, digests }: Pick<OpenBlobs, 'blobs' | 'digests'>): BlobOf {
  return async (plugin, tenant, sha256) => {
    const owner = { plugin, tenant }
    const blob = await blobs.find(owner, sha256)
    if (blob === undefined) return undefined
    return { digest: (algorithm) => digests.of(owner, blob, algorithm) }
  }
}
