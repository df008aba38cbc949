import type { Knex } from 'knex'
import type { KeptKind } from './kept-files.ts'

/** The only place with SQL for package_files. */

export interface StoredFile {
  readonly path: string
  readonly kind: KeptKind
  readonly mediaType: string
  readonly sha256: string
  readonly size: number
}

export async function insertFiles(
  trx: Knex.Transaction,
  { name, version }: { name: string; version: string },
  files: readonly StoredFile[],
): Promise<void> {
  if (files.length === 0) return
  await trx('package_files').insert(
    files.map(({ path, kind, mediaType, sha256, size }) => ({
      ...{ name, version, path, kind, sha256, size },
      media_type: mediaType,
    })),
  )
}

export async function listFiles(
  knex: Knex,
  of: { name: string; version: string },
): Promise<StoredFile[]> {
  return knex('package_files')
    .where(of)
    .orderBy('path')
    .select('path', 'kind', 'sha256', 'size', { mediaType: 'media_type' })
}
