import type { PackageInspection } from '@signalbox/sandbox'

/** Where the host installs from; main.ts puts the marketplace behind it. */
export interface PackageSource {
  /** Versions that may be installed, and what the dist-tags name. */
  versions(name: string): Promise<PackageVersions | undefined>
  fetch(name: string, version: string): Promise<PackageTarball | undefined>
}

export interface PackageVersions {
  readonly versions: readonly string[]
  readonly distTags: Readonly<Record<string, string>>
}

export interface PackageTarball {
  readonly tarball: Buffer
  /** Subresource integrity, sha512, as the marketplace recorded it. */
  readonly integrity: string
  readonly publisher: string
  readonly fingerprint: string
  readonly signature: string | null
}

/** Unpacks and checks a tarball in a process of its own. */
export type InspectPackage = (
  tarball: Buffer,
  expected: { name: string; version: string },
) => Promise<PackageInspection>

/** Content-addressed bytes in PostgreSQL. */
export interface ContentStore<Transaction> {
  put(bytes: Buffer, trx?: Transaction): Promise<string>
  get(sha256: string): Promise<Buffer | undefined>
}

/** Of a name that the first knows, the first is asked and no other: a name has one place that it comes from. */
export function packagesBefore(first: PackageSource, other: PackageSource): PackageSource {
  return {
    versions: async (name) => (await first.versions(name)) ?? other.versions(name),
    fetch: async (name, version) =>
      (await first.versions(name)) === undefined
        ? other.fetch(name, version)
        : first.fetch(name, version),
  }
}
