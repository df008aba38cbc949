import type { Knex } from 'knex'
import { insertRemoval } from '../../src/removal/removal-store.ts'

export interface Installed {
  readonly state?: string
  readonly manifest?: object
}

/** Of the marketplace that `beginRemoval` names. */
const fingerprint = 'SHA256:one'

/** A version as the host's tables tell it, without all that an installation is; the plugin's first is its stable one. */
export async function insertInstalled(
  knex: Knex,
  plugin: string,
  version: string,
  { state = 'stable', manifest = {} }: Installed = {},
): Promise<void> {
  await knex('plugins')
    .insert({ name: plugin, stable_version: version })
    .onConflict('name')
    .ignore()
  await knex('installations').insert({
    plugin,
    version,
    state,
    manifest: JSON.stringify(manifest),
    contracts: '{}',
    integrity: '',
    marketplace_fingerprint: fingerprint,
    installed_by: 'operator',
  })
}

/** A plugin that is out of service, and to be purged. */
export async function beginRemoval(knex: Knex, plugin: string): Promise<void> {
  await knex('plugins').insert({ name: plugin })
  const row = { plugin, state: 'purging', fingerprint, removedBy: 'operator' } as const
  const parts = { versions: ['1.0.0'], contents: [], traceId: null }
  await knex.transaction((trx) => insertRemoval(trx, { ...row, ...parts }))
}
