import type { Contract } from '@signalbox/sdk/contract'
import type { Manifest } from '@signalbox/sdk/manifest'
import type { Knex } from 'knex'
import type { Page } from '../identity/identity-store.ts'
import { type InstallationState, servingStates, unfinishedStates } from './installation-states.ts'
import type { Installed } from './resolve.ts'

export interface Fault {
  readonly code: string
  readonly detail: string
}

export interface Installation {
  readonly plugin: string
  readonly version: string
  readonly state: InstallationState
  readonly fault: Fault | null
  readonly manifest: Manifest
  readonly contracts: Readonly<Record<string, Contract>>
  readonly integrity: string
  readonly marketplaceFingerprint: string
  readonly signature: string | null
  readonly bundleSha256: string | null
  readonly installedBy: string
  /** As the marketplace knew it; null: installed before it was kept. */
  readonly publisher: string | null
}

export interface StoredFile {
  readonly path: string
  readonly sha256: string
  readonly size: number
}

export async function insertInstallation(
  trx: Knex,
  row: Omit<Installation, 'fault'>,
  files: readonly StoredFile[],
  receipt: string | null = null,
): Promise<void> {
  const { plugin, version } = row
  const { state, installedBy } = row
  await trx('installations').insert({
    plugin,
    version,
    state,
    receipt,
    ...contentOf(row),
    installed_by: installedBy,
  })
  await trx('installation_files').insert(files.map((file) => ({ plugin, version, ...file })))
}

/** What a version is, in its columns: its receipt is of these. */
function contentOf(row: Omit<Installation, 'fault'>) {
  return {
    manifest: JSON.stringify(row.manifest),
    contracts: JSON.stringify(row.contracts),
    integrity: row.integrity,
    marketplace_fingerprint: row.marketplaceFingerprint,
    signature: row.signature,
    bundle_sha256: row.bundleSha256,
    publisher: row.publisher,
  }
}

/** What a version was installed with, again: whatever became of its rows. */
export async function restoreInstallation(
  trx: Knex,
  row: Omit<Installation, 'fault'>,
  files: readonly StoredFile[],
  receipt: string | null,
): Promise<void> {
  const { plugin, version } = row
  await trx('installations')
    .where({ plugin, version })
    .update({ receipt, ...contentOf(row) })
  await trx('installation_files').where({ plugin, version }).delete()
  await trx('installation_files').insert(files.map((file) => ({ plugin, version, ...file })))
}

/** @returns null: the version has none, or is not there */
export async function findReceipt(
  knex: Knex,
  plugin: string,
  version: string,
): Promise<string | null> {
  const row = await knex('installations').where({ plugin, version }).first('receipt')
  return row?.receipt ?? null
}

/** @returns false where it has one by now */
export async function setReceipt(
  knex: Knex,
  { plugin, version }: { readonly plugin: string; readonly version: string },
  receipt: string,
): Promise<boolean> {
  const where = { plugin, version, receipt: null }
  return (await knex('installations').where(where).update({ receipt })) === 1
}

export async function findInstallation(
  knex: Knex,
  plugin: string,
  version: string,
): Promise<Installation | undefined> {
  const row = await knex('installations').where({ plugin, version }).first()
  return row === undefined ? undefined : installationOf(row)
}

/** What of an installation is looked at again and again. */
export async function readProgress(
  knex: Knex,
  plugin: string,
  version: string,
): Promise<Pick<Installation, 'state' | 'fault'> | undefined> {
  return knex('installations').where({ plugin, version }).first('state', 'fault')
}

export async function listInstallations(knex: Knex, plugin: string): Promise<Installation[]> {
  const rows = await knex('installations')
    .where({ plugin })
    .orderBy('created_at', 'desc')
    .limit(200)
  return rows.map(installationOf)
}

export async function listUnfinished(knex: Knex): Promise<Installation[]> {
  const rows = await knex('installations as i')
    .join('plugins as p', 'p.name', 'i.plugin')
    .whereIn('i.state', unfinishedStates)
    .orWhereRaw("(i.state = 'warm' and p.stable_version is null)")
    .orderBy('i.created_at')
    .limit(200)
    .select('i.*')
  return rows.map(installationOf)
}

export async function listFiles(
  knex: Knex,
  plugin: string,
  version: string,
): Promise<StoredFile[]> {
  return knex('installation_files').where({ plugin, version }).select('path', 'sha256', 'size')
}

export async function findFile(
  knex: Knex,
  plugin: string,
  version: string,
  path: string,
): Promise<StoredFile | undefined> {
  return knex('installation_files').where({ plugin, version, path }).first('path', 'sha256', 'size')
}

/**
 * Moves a version from the state it was seen in; a concurrent move wins and this one tells so.
 * @returns false where the version was no longer in `from`.
 */
export async function moveInstallation(
  trx: Knex,
  { plugin, version }: { plugin: string; version: string },
  from: InstallationState,
  to: InstallationState,
  fault: Fault | null = null,
): Promise<boolean> {
  const changed = await trx('installations')
    .where({ plugin, version, state: from })
    .update({
      state: to,
      fault: fault === null ? null : JSON.stringify(fault),
      updated_at: trx.fn.now(),
    })
  return changed === 1
}

export async function stableVersion(knex: Knex, plugin: string): Promise<string | null> {
  const row = await knex('plugins').where({ name: plugin }).first('stable_version')
  return row?.stable_version ?? null
}

/**
 * Makes the plugin's row where it is missing and holds it until the transaction ends: what is decided per
 * plugin (who installs a version, which is the first) is decided by one transaction at a time.
 */
export async function lockPlugin(
  trx: Knex,
  plugin: string,
): Promise<{ stableVersion: string | null }> {
  await trx('plugins').insert({ name: plugin }).onConflict('name').ignore()
  const row = await trx('plugins').where({ name: plugin }).forUpdate().first('stable_version')
  return { stableVersion: row.stable_version }
}

export async function setStableVersion(trx: Knex, plugin: string, version: string): Promise<void> {
  await trx('plugins').where({ name: plugin }).update({ stable_version: version })
}

/** Of a plugin that was removed the row stays for as long as something of it is there. */
export const notRemoved = 'not exists (select from plugin_removals r where r.plugin = plugins.name)'

export async function hasPlugin(knex: Knex, plugin: string): Promise<boolean> {
  const row = await knex('plugins').where({ name: plugin }).whereRaw(notRemoved).first('name')
  return row !== undefined
}

export async function listPlugins(
  knex: Knex,
  page: Page,
): Promise<{ name: string; stableVersion: string | null }[]> {
  const query = knex('plugins').whereRaw(notRemoved).orderBy('name').limit(page.limit)
  const rows = await (page.cursor === undefined ? query : query.where('name', '>', page.cursor))
  return rows.map((row) => ({ name: row.name, stableVersion: row.stable_version }))
}

/** Everything the resolver asks: the versions that can serve, and the stable one's manifest. */
/** Fingerprints of all marketplaces that versions of a plugin came from. */
export async function installedMarketplaces(
  knex: Knex,
  plugin: string,
): Promise<readonly string[]> {
  return knex('installations').where({ plugin }).distinct().pluck('marketplace_fingerprint')
}

export async function listInstalled(knex: Knex): Promise<Installed[]> {
  const rows = await knex('installations as i')
    .join('plugins as p', 'p.name', 'i.plugin')
    .whereIn('i.state', servingStates)
    .select('i.plugin', 'i.version', 'i.manifest', 'p.stable_version')
  const plugins = new Map<string, { versions: string[]; stable: Installed['stable'] }>()
  for (const row of rows) {
    const entry = plugins.get(row.plugin) ?? { versions: [], stable: null }
    entry.versions.push(row.version)
    if (row.version === row.stable_version) {
      entry.stable = { plugin: row.plugin, version: row.version, manifest: row.manifest }
    }
    plugins.set(row.plugin, entry)
  }
  return [...plugins].map(([plugin, entry]) => ({ plugin, ...entry }))
}

function installationOf(row: Record<string, unknown>): Installation {
  return {
    plugin: row.plugin as string,
    version: row.version as string,
    state: row.state as InstallationState,
    fault: row.fault as Fault | null,
    manifest: row.manifest as Manifest,
    contracts: row.contracts as Record<string, Contract>,
    integrity: row.integrity as string,
    marketplaceFingerprint: row.marketplace_fingerprint as string,
    signature: row.signature as string | null,
    bundleSha256: row.bundle_sha256 as string | null,
    installedBy: row.installed_by as string,
    publisher: row.publisher as string | null,
  }
}
