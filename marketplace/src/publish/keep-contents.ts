import type { Knex } from 'knex'
import { keptFiles } from '../listing/kept-files.ts'
import type { StoredFile } from '../listing/package-file-store.ts'
import type { ContentStore, PackageInspection } from '../ports.ts'

/** The tarball, and what of it the package's page shows. */
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
  const kept = keptFiles(inspection.files, inspection.manifest)
  const all = [document.tarball, ...kept.map(({ bytes }) => bytes)]
  const [tarballSha256 = '', ...names] = await contents.putAll(all, trx)
  const files = kept.map(({ path, kind, mediaType, bytes }, index) => ({
    ...{ path, kind, mediaType, sha256: names[index] ?? '' },
    size: bytes.length,
  }))
  return { tarballSha256, files }
}
