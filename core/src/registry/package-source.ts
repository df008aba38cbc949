import type { KeyObject } from 'node:crypto'
import type { PackageInspection } from '@signalbox/sandbox'
import type { Manifest } from '@signalbox/sdk/manifest'

/** Where the host installs from; main.ts puts the marketplace behind it. */
export interface PackageSource {
  /** Versions that may be installed, and what the dist-tags name. */
  versions(name: string): Promise<PackageVersions | undefined>
  /** What was said against a version; undefined: nothing. */
  withdrawn(
    name: string,
    version: string,
  ): Promise<{ readonly state: 'yanked' | 'blocked'; readonly reason: string } | undefined>
  /** Since when the key that a version's author signed it by counts for nothing; undefined: it is good for it. */
  keyRevokedAt(name: string, version: string): Promise<Date | undefined>
  /** Of a version in whatever state, those that wait for review included. */
  manifest(name: string, version: string): Promise<Manifest | undefined>
  fetch(name: string, version: string): Promise<PackageTarball | undefined>
  /** Keys whose signatures of versions of a package are believed; undefined: its place signs none, as it has no key to. */
  keys(name: string): Promise<ReadonlyMap<string, KeyObject> | undefined>
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
  putAll(contents: readonly Buffer[], trx?: Transaction): Promise<readonly string[]>
  get(sha256: string): Promise<Buffer | undefined>
}

/** Packages that no marketplace has: nobody withdraws, reviews or signs them. */
export type LocalPackages = Pick<PackageSource, 'versions' | 'fetch'>

/** Of a name that the first knows, the first is asked and no other: a name has one place that it comes from. */
export function packagesBefore(first: LocalPackages, other: PackageSource): PackageSource {
  const isLocal = async (name: string) => (await first.versions(name)) !== undefined
  return {
    versions: async (name) => (await first.versions(name)) ?? other.versions(name),
    fetch: async (...of) => ((await isLocal(of[0])) ? first : other).fetch(...of),
    withdrawn: async (...of) => ((await isLocal(of[0])) ? undefined : other.withdrawn(...of)),
    keyRevokedAt: async (...of) => ((await isLocal(of[0])) ? undefined : other.keyRevokedAt(...of)),
    keys: async (...of) => ((await isLocal(of[0])) ? undefined : other.keys(...of)),
    manifest: async (...of) => ((await isLocal(of[0])) ? undefined : other.manifest(...of)),
  }
}
