import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import { keptFiles } from '../listing/kept-files.ts'
import type { StoredFile } from '../listing/package-file-store.ts'
import type { ContentStore, PackageInspection } from '../ports.ts'

/**
 * The tarball, and what of it the package's page shows. In the order of their names, as an install puts them: two that
 * share a picture or a licence never wait for each other in a circle.
 */
export async function keepContents(
  trx: Knex.Transaction,
  contents: ContentStore,
  {
    document,
    inspection,
  }: {
    readonly document: { readonly tarball: Buffer }
    readonly inspection: Pick<PackageInspection, 'files' | 'manifest'>
  },
): Promise<{ tarballSha256: string; files: readonly StoredFile[] }> {
  const kept = keptFiles(inspection.files, inspection.manifest).map((file) => ({
    ...file,
    sha256: sha256Of(file.bytes),
  }))
  const tarballSha256 = sha256Of(document.tarball)
  const all = new Map(kept.map(({ sha256, bytes }) => [sha256, bytes]))
  all.set(tarballSha256, document.tarball)
  for (const [, bytes] of [...all].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await contents.put(bytes, trx)
  }
  const files = kept.map(({ path, kind, mediaType, sha256, bytes }) => ({
    ...{ path, kind, mediaType, sha256 },
    size: bytes.length,
  }))
  return { tarballSha256, files }
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
