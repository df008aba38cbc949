import type { PackageInspection } from '@signalbox/sandbox'
import { authorFault } from '@signalbox/sdk/trust/release-statement'
import { coreErrors } from '../errors.ts'
import type { InstallTrust } from '../trust/install-trust.ts'
import type { InspectPackage, PackageSource, PackageTarball } from './package-source.ts'
import type { Installation, StoredFile } from './registry-store.ts'

interface Ports {
  readonly source: PackageSource
  readonly inspect: InspectPackage
  readonly trust: InstallTrust
}

/** A version as it came from its source, unpacked and verified; nothing of it is stored yet. */
export interface FetchedVersion {
  readonly row: Omit<Installation, 'fault'>
  readonly inspected: PackageInspection
  readonly files: readonly StoredFile[]
  /** Null: by a host without a key of its own. */
  readonly receipt: string | null
}

/** @throws CORE_PACKAGE_MISSING, CORE_SIGNATURE_MISSING, CORE_SIGNATURE_INVALID, CORE_INTEGRITY_MISMATCH, and what the inspection says */
export async function fetchVersion(
  { source, inspect, trust }: Ports,
  actor: string,
  plugin: string,
  version: string,
): Promise<FetchedVersion> {
  const tarball = await source.fetch(plugin, version)
  if (tarball === undefined) throw coreErrors.create('PACKAGE_MISSING', { plugin, version })
  const { vouched, signers } = trust.admit(plugin, version, tarball, await source.keys(plugin))
  const expected = { name: plugin, version, ...(signers === undefined ? {} : { signers }) }
  const inspected = await inspect(tarball.tarball, expected)
  if (inspected.integrity !== tarball.integrity) {
    throw coreErrors.create('INTEGRITY_MISMATCH', { plugin, version })
  }
  const reason = authorFault(vouched, inspected.author)
  if (reason !== undefined)
    throw coreErrors.create('SIGNATURE_INVALID', { plugin, version, reason })
  const row = rowOf(actor, plugin, version, tarball, inspected)
  const files = inspected.files.map(({ path, sha256, size }) => ({ path, sha256, size }))
  return { row, inspected, files, receipt: await trust.receipt(row, files, vouched) }
}

function rowOf(
  actor: string,
  plugin: string,
  version: string,
  source: PackageTarball,
  { integrity, manifest, contracts, files }: PackageInspection,
): Omit<Installation, 'fault'> {
  const entry = files.find((file) => file.path === manifest.runtime.entry)
  return {
    plugin,
    version,
    state: 'installed',
    manifest,
    contracts,
    integrity,
    marketplaceFingerprint: source.fingerprint,
    signature: source.signature,
    bundleSha256: entry?.sha256 ?? null,
    installedBy: actor,
    publisher: source.publisher,
  }
}
