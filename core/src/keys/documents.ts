import { createHash } from 'node:crypto'
import type { BlobService } from '../blobs/blob-service.ts'
import type { BlobOf } from './cms/document.ts'

/** Documents that are signed are files of the plugin that asks, in the tenant: their digests are the host's own. */
export function documentsOf(blobs: Pick<BlobService, 'find' | 'stream'>): BlobOf {
  return async (plugin, tenant, sha256) => {
    const owner = { plugin, tenant }
    const blob = await blobs.find(owner, sha256)
    if (blob === undefined) return undefined
    return {
      digest: async (algorithm) => {
        if (algorithm === 'sha256') return Buffer.from(sha256, 'hex')
        const hash = createHash(algorithm)
        for await (const piece of blobs.stream(owner, blob, 0, blob.size)) hash.update(piece)
        return hash.digest()
      },
    }
  }
}
