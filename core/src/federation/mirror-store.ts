import type { IndexedVersion } from '@signalbox/sdk/trust/package-index'
import type { RegistrySignature } from '@signalbox/sdk/trust/registry-signature'
import type { Release } from '@signalbox/sdk/trust/release-statement'
import type { Knex } from 'knex'

/** A version of another marketplace whose bytes and signatures were verified; nothing of its contents was looked at. */
export interface MirroredVersion {
  /** The marketplace's name on this host. */
  readonly marketplace: string
  readonly name: string
  readonly version: string
  readonly tarball: Buffer
  readonly signature: RegistrySignature
  /** The release statement, and what it says. */
  readonly release: string
  readonly said: Release
  readonly provenance: string | null
}

/** What a marketplace says of a package by now. */
export interface ToldPackage {
  readonly marketplace: string
  readonly name: string
  readonly versions: ReadonlyMap<string, IndexedVersion>
}

export interface MirrorOrigin {
  /** Null: it was published here. */
  readonly from: string | null
  /** `undecided`: it waits for review. */
  readonly standing: 'shown' | 'undecided' | 'rejected' | 'withdrawn'
}

/** Keeps what comes from other marketplaces beside what was published here; the host's own marketplace does. */
export interface MirrorStore {
  /** Null: it has published nothing yet. */
  ownFingerprint(): Promise<string | null>
  /** Until the end of the transaction nobody else publishes under the scope, binds it or is given it. */
  holdScope(trx: Knex.Transaction, scope: string): Promise<void>
  /** Whether a publisher holds the scope, or anything of it was published here. */
  isOwnScope(trx: Knex.Transaction, scope: string): Promise<boolean>
  /** @returns undefined: there is no such version */
  find(name: string, version: string): Promise<MirrorOrigin | undefined>
  /** Versions of a package that came from another marketplace, whichever. */
  mirroredVersions(name: string): Promise<readonly string[]>
  /** Of those, what was yanked or blocked here, by whomever. */
  withdrawnVersions(name: string): Promise<readonly string[]>
  /** Inspected, checked and tried as a publish is. @returns whether it waits for review */
  take(
    version: MirroredVersion,
    by: { readonly actor: string; readonly traceId: string },
  ): Promise<{ readonly isStaged: boolean }>
  /** What was yanked, blocked or deprecated there is so here, for what was mirrored; and back. */
  follow(told: ToldPackage, traceId: string): Promise<void>
  /** Those in force there, of these scopes, in the place of those before. */
  putAdvisories(
    marketplace: string,
    scopes: readonly string[],
    advisories: Readonly<Record<string, readonly unknown[]>>,
  ): Promise<void>
}
