import type { KeyObject } from 'node:crypto'
import type { PackageInspection } from '@signalbox/sandbox'

/** Where the host installs from; main.ts puts the marketplace behind it. */
export interface PackageSource {
  /** Versions that may be installed, and what the dist-tags name. */
  versions(name: string): Promise<PackageVersions | undefined>
  fetch(name: string, version: string): Promise<PackageTarball | undefined>
  /** Keys whose signatures of versions are believed; undefined: it signs none, as it has no key to. */
  keys(): Promise<ReadonlyMap<string, KeyObject> | undefined>
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
  /** Key of `signature`. */
  readonly signatureKey: string | null
  /** The marketplace's own statement of the version. */
  readonly release: string | null
}

/** Unpacks and checks a tarball in a process of its own. */
export type InspectPackage = (
  tarball: Buffer,
  expected: { name: string; version: string; signers?: readonly string[] },
) => Promise<PackageInspection>

/** Content-addressed bytes in PostgreSQL. */
export interface ContentStore<Transaction> {
  put(bytes: Buffer, trx?: Transaction): Promise<string>
  get(sha256: string): Promise<Buffer | undefined>
}
