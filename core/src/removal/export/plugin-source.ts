import type { Knex } from 'knex'
import { chunksOf } from '../../blobs/blob-chunks.ts'
import { listBlobs, type StoredBlob } from '../../blobs/blob-store.ts'
import type { PluginDatabases } from '../../broker/db/plugin-databases.ts'
import { coreErrors } from '../../errors.ts'
import type { ExportSource } from './export-plugin.ts'

type OwnedBlob = StoredBlob & { readonly tenant: string }

const PAGE = 500

/** What the two databases have of a plugin. */
export function sourceOf(
  { knex, schemas }: { knex: Knex; schemas: Pick<PluginDatabases, 'tables' | 'rows'> },
  plugin: string,
): ExportSource<OwnedBlob> {
  return {
    tables: () => schemas.tables(plugin),
    rows: (table) => schemas.rows(plugin, table),
    blobs: () => blobsOf(knex, plugin),
    bytes: (blob) => bytesOf(knex, blob),
  }
}

async function* blobsOf(knex: Knex, plugin: string): AsyncGenerator<OwnedBlob> {
  const tenants = await knex('blob_usage').where({ plugin }).orderBy('tenant').pluck('tenant')
  for (const tenant of tenants) {
    let cursor = ''
    for (;;) {
      const page = await listBlobs(knex, { tenant, plugin }, { cursor, limit: PAGE })
      for (const blob of page) yield { ...blob, tenant }
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) break
      cursor = last.sha256
    }
  }
}

/** @throws CORE_BLOB_CORRUPT */
async function* bytesOf(knex: Knex, blob: StoredBlob): AsyncGenerator<Buffer> {
  for await (const bytes of chunksOf(knex, blob)) {
    if (bytes === undefined) throw coreErrors.create('BLOB_CORRUPT', { sha256: blob.sha256 })
    yield bytes
  }
}
