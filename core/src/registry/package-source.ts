import type { Contract } from '@signalbox/sdk/contract'
import type { Manifest } from '@signalbox/sdk/manifest'

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
  readonly fingerprint: string
  readonly signature: string | null
}

/** What the import process found in a tarball. */
export interface InspectedPackage {
  readonly integrity: string
  readonly manifest: Manifest
  readonly contracts: Readonly<Record<string, Contract>>
  readonly files: readonly InspectedFile[]
}

export interface InspectedFile {
  readonly path: string
  readonly size: number
  readonly sha256: string
  readonly bytes: Buffer
}

/** Unpacks and checks a tarball in a process of its own. */
export type InspectPackage = (
  tarball: Buffer,
  expected: { name: string; version: string },
) => Promise<InspectedPackage>

/** Content-addressed bytes in PostgreSQL. */
export interface ContentStore<Transaction> {
  put(bytes: Buffer, trx?: Transaction): Promise<string>
  get(sha256: string): Promise<Buffer | undefined>
}
