import type { Contract } from '@signalbox/sdk/contract'
import type { Language } from '@signalbox/sdk/errors'
import type { Finding } from '@signalbox/sdk/finding'
import type { Manifest } from '@signalbox/sdk/manifest'
import type { PackageSignature } from '@signalbox/sdk/trust/package-signature'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Knex } from 'knex'
import type { KnownRevisions } from './packages/known-revisions.ts'
import type { RegistryKeys } from './trust/registry-keys.ts'

/** The content-addressed store of the host: bytes in, SHA-256 (hex) out. Bytes are never deleted. */
export interface ContentStore {
  /** @returns their names, in the order given */
  putAll(contents: readonly Buffer[], trx?: Knex.Transaction): Promise<readonly string[]>
  get(sha256: string): Promise<Buffer | undefined>
  /** A chunk at a time. What proves not to be what its name says ends in an error before its last chunk. */
  read(sha256: string): Promise<AsyncIterable<Buffer> | undefined>
}

/**
 * What the store keeps of what was found inside a tarball, by a process that has neither the database nor a
 * key. What can be computed from the bytes themselves is computed here.
 */
export interface PackageInspection {
  readonly unpackedSize: number
  readonly packageJson: Readonly<Record<string, unknown>>
  readonly manifest: Manifest
  readonly contracts: Readonly<Record<string, Contract>>
  /** Every file, its path relative to the package. */
  readonly files: readonly { readonly path: string; readonly bytes: Buffer }[]
  /** What the checks found in the package alone. An error refuses the publish; the rest is kept with the version. */
  readonly findings: readonly Finding[]
  /** Which of the keys given signed it; null or absent: none. */
  readonly author?: PackageSignature | null
}

/**
 * Runs what was found to be sound, before it is published: examples, self-test, migrations. Bounded in time; what
 * is the host's own trouble is thrown, and the publish may be sent again.
 */
export type TryPackage = (
  inspection: PackageInspection,
  spec: { readonly name: string; readonly version: string },
) => Promise<readonly Finding[]>

/**
 * Unpacks and checks a tarball; refuses with a coded error that names the file and the cure. Faults that have a
 * rule are findings: the publish is refused with all of them.
 */
export type InspectPackage = (
  tarball: Buffer,
  expected: {
    readonly name: string
    readonly version: string
    /** Public keys that may have signed it (SubjectPublicKeyInfo, base64). */
    readonly signers?: readonly string[]
  },
) => Promise<PackageInspection>

/** One line of the host's audit log, written in the transaction of the change it tells of. */
export interface AuditEntry {
  readonly actor: string
  readonly action:
    | 'advisory.created'
    | 'advisory.withdrawn'
    | 'package.deprecated'
    | 'package.owners-changed'
    | 'package.published'
    | 'package.mirrored'
    | 'advisory.mirrored'
    | 'package.unpublished'
    | 'package.staged'
    | 'package.approved'
    | 'package.rejected'
    | 'package.appealed'
    | 'package.answered'
    | 'package.yanked'
    | 'package.unyanked'
    | 'package.blocked'
    | 'package.unblocked'
    | 'review-policy.changed'
    | 'publisher-role.given'
    | 'publisher-role.taken'
    | 'package-rating.answered'
    | 'package-rating.hidden'
    | 'package-rating.shown'
    | 'dist-tag.set'
    | 'dist-tag.removed'
    | 'publisher.created'
    | 'publisher.signing_set'
    | 'publisher-key.registered'
    | 'publisher-key.revoked'
    | 'publisher-password.changed'
    | 'publisher-scope.granted'
    | 'publisher-token.issued'
    | 'publisher-token.revoked'
    | 'signing-key.rotated'
  readonly subject: string
  readonly traceId: string
  readonly details: Readonly<Record<string, unknown>>
}

export type Audit = (entry: AuditEntry, trx: Knex.Transaction) => Promise<void>

export interface AccountPorts {
  readonly knex: Knex
  /** The host's admin token may publish anything and create publishers. */
  isOperatorToken(token: string): boolean
  /** Whether the operator has signed in with a browser, and a change is his own wish. Absent: tokens alone are known. */
  isOperatorSession?(request: FastifyRequest, reply: FastifyReply): Promise<boolean>
  /** Whether an error means that PostgreSQL is away, rather than that it refused what was asked. */
  isDatabaseUnavailable(error: unknown): boolean
  /** Milliseconds since the epoch. */
  now(): number
  randomBytes(count: number): Buffer
  readonly audit?: Audit
}

/** How the host shows a page of its own: its policy, language and headers are the host's everywhere. */
export interface OwnPages {
  send(
    request: FastifyRequest<{ Querystring: { lang?: Language } }>,
    reply: FastifyReply,
    html: (shown: { readonly language: Language; readonly nonce: string }) => string,
  ): FastifyReply
  /** What pages load. @param given `files`: types by name, in the folder */
  parts(
    app: FastifyInstance,
    given: { url: string; folder: string; files: Readonly<Record<string, string>> },
  ): void
}

export interface MarketplaceOptions extends AccountPorts {
  /** Forgotten by whoever gives them, after every change of a package and at every hint of one. */
  readonly revisions: KnownRevisions
  readonly contents: ContentStore
  readonly inspectPackage: InspectPackage
  /** Whether anything of the version is installed on the host: then it is no longer its publisher's to take back. */
  isInstalled(name: string, version: string, trx: Knex.Transaction): Promise<boolean>
  readonly pages: OwnPages
  /** Absent: nothing is run at a publish. */
  readonly tryPackage?: TryPackage
  /** Absent: a host without a key of its own signs nothing. */
  readonly registryKeys?: RegistryKeys
  /** Where clients reach this registry, without a trailing slash: the base of tarball URLs. */
  publicUrl(request: FastifyRequest): string
}
