import type { OpenBlobs } from '../blobs/open-blobs.ts'
import type { BlobOf } from './cms/document.ts'

type Files = Pick<OpenBlobs, 'blobs' | 'digests' | 'partDigests'>

/** Documents that are signed are files of the plugin that asks, in the tenant: their digests are the host's own. */
export function documentsOf({ blobs, digests, partDigests }: Files): BlobOf {
  return async (plugin, tenant, { documentSha256, documentParts }) => {
    const owner = { plugin, tenant }
    if (documentParts !== undefined) {
      return {
        digest: async (algorithm, signal) => {
          const found = await partDigests.of(owner, documentParts, [algorithm], signal)
          return found.digests.get(algorithm) as Buffer
        },
      }
    }
    const blob = await blobs.find(owner, documentSha256)
    if (blob === undefined) return undefined
    return { digest: (algorithm, signal) => digests.of(owner, blob, algorithm, signal) }
  }
}
