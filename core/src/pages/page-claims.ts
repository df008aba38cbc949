import { CHUNK_BYTES } from '@signalbox/sdk/host-calls/byte-part'
import { HOST_PAGE_POINT, hostPages } from '@signalbox/sdk/host-page'
import type { Manifest } from '@signalbox/sdk/manifest'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'

/** Any constant, the same for every version of the host. */
const CLAIM_TURN = 0x73627067

interface Claimed {
  readonly plugin: string
  readonly version: string
  readonly manifest: Manifest
}

/**
 * Before a version is stored: its pages can be shown, and no other plugin that is installed has one of their paths in any of
 * its versions. Until the end of the transaction nobody else claims one.
 * @throws CORE_PAGE_ENTRY_UNUSABLE, CORE_PAGE_PATH_TAKEN
 */
export async function claimPages(
  trx: Knex,
  { plugin, version, manifest }: Claimed,
  files: readonly { readonly path: string; readonly size: number }[],
): Promise<void> {
  const pages = hostPages(manifest)
  if (pages.length === 0) return
  for (const { path, entry } of pages) {
    const size = files.find((file) => file.path === entry)?.size
    if (size !== undefined && size <= CHUNK_BYTES) continue
    const limitKb = CHUNK_BYTES / 1024
    throw coreErrors.create('PAGE_ENTRY_UNUSABLE', { plugin, version, path, entry, limitKb })
  }
  await trx.raw('select pg_advisory_xact_lock(?)', [CLAIM_TURN])
  for (const { path } of pages) {
    const owner = await ownerOf(trx, plugin, path)
    if (owner !== undefined) {
      throw coreErrors.create('PAGE_PATH_TAKEN', { plugin, version, path, owner })
    }
  }
}

async function ownerOf(trx: Knex, plugin: string, path: string): Promise<string | undefined> {
  const contributed = [{ point: HOST_PAGE_POINT, value: { path } }]
  const held = JSON.stringify({ provides: { contributes: contributed } })
  const row = await trx('installations')
    .whereNot({ plugin })
    .whereRaw('manifest @> ?::jsonb', [held])
    .orderBy('plugin')
    .first('plugin')
  return row?.plugin
}
