import { breakingFaults } from '@signalbox/sdk/breaking-faults'
import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import { ensureFingerprint } from '../identity/identity-store.ts'
import { MAX_DIST_TAGS } from '../packages/dist-tag.ts'
import type { PackageName } from '../packages/package-name.ts'
import {
  ensurePackage,
  findContracts,
  findHead,
  insertVersion,
  isVersionTaken,
  listDistTags,
  listVersions,
  lockHead,
  measureVersions,
  setDistTag,
  setRevision,
} from '../packages/package-store.ts'
import { nextRevision, REVISION_BYTES } from '../packages/revision.ts'
import type { MarketplaceOptions, PackageInspection } from '../ports.ts'
import type { Actor } from '../publishers/actor.ts'
import { authorizeChange } from '../publishers/authorize-change.ts'
import {
  listPublisherKeys,
  MAX_PUBLISHER_KEYS,
  type PublisherKey,
} from '../trust/publisher-key-store.ts'
import type { SignedRelease } from '../trust/registry-keys.ts'
import { ownersOf, requireAuthor } from '../trust/require-author.ts'
import { type Digests, digestsOf } from './digests.ts'
import { type PublishDocument, readPublishDocument } from './publish-document.ts'
import { readmeOf } from './readme.ts'
import { releaseBefore } from './release-before.ts'
import { unstorableParts } from './storable-json.ts'

/** What one package may put into its packument, which every `npm view` of it must carry. */
const MAX_VERSIONS = 2000
const MAX_PACKAGE_JSON_BYTES = 16 * 1024 * 1024

export interface PublishRequest {
  readonly actor: Actor
  readonly name: PackageName
  readonly body: unknown
  readonly traceId: string
}

interface CheckedPublish {
  readonly document: PublishDocument
  readonly digests: Digests
  readonly inspection: PackageInspection
}

/**
 * The way of a publish: rights → document → digests → inspection in a child process → one transaction. The
 * cheap refusals come first; nothing is written before all checks have passed, and what is acknowledged is
 * committed.
 */
export class PublishService {
  readonly #ports: Omit<MarketplaceOptions, 'publicUrl' | 'isOperatorToken'>

  constructor(ports: Omit<MarketplaceOptions, 'publicUrl' | 'isOperatorToken'>) {
    this.#ports = ports
  }

  async publish(request: PublishRequest): Promise<void> {
    const { actor, name, body } = request
    const { knex, inspectPackage } = this.#ports
    await authorizeChange(knex, actor, name, (await findHead(knex, name.full))?.owner)
    const document = readPublishDocument(name, body)
    const { version, tarball } = document
    if (await isVersionTaken(knex, name.full, version)) throw versionExists(document)
    const digests = await digestsOf(tarball)
    requireClaims(document, digests)
    const signers = await this.#signersOf(actor, name)
    const inspection = await inspectPackage(tarball, { name: name.full, version, signers })
    requireSamePackage(document, inspection)
    requireStorable(document, inspection)
    await knex.transaction((trx) => this.#store(trx, request, { document, digests, inspection }))
  }

  async #store(
    trx: Knex.Transaction,
    { actor, name, traceId }: PublishRequest,
    checked: CheckedPublish,
  ): Promise<void> {
    const { contents, now, randomBytes, audit } = this.#ports
    const { document, digests } = checked
    const at = new Date(now())
    // Contents before the package's row, always: two publishes can never wait for each other in a circle.
    const tarballSha256 = await contents.put(document.tarball, trx)
    const fingerprint = await ensureFingerprint(trx, (count) => randomBytes(count), at)
    const rev = await this.#enterPackage(trx, actor, document, at)
    await requireRoom(trx, name.full)
    await requireCompatible(trx, checked)
    const author = await requireAuthor(trx, checked, actor, now())
    const signed = await this.#sign(trx, checked, {
      publisher: actor.name,
      at,
      fingerprint,
      author,
    })
    const inserted = await insertVersion(trx, {
      ...versionFields(checked, actor),
      signed: signed ?? null,
      authorKey: author?.keyid ?? null,
      tarballSha256,
      fingerprint,
      publishedAt: at,
    })
    if (!inserted) throw versionExists(document)
    await tagVersion(trx, document)
    await setRevision(trx, { name: name.full, rev, at })
    await audit?.(
      {
        actor: actor.name,
        action: 'package.published',
        subject: `${name.full}@${document.version}`,
        traceId,
        details: {
          ...{ tag: document.tag, integrity: digests.integrity, fingerprint },
          ...{ signingKey: signed?.signatureKey ?? null, authorKey: author?.keyid ?? null },
        },
      },
      trx,
    )
  }

  /** Keys that the author may have signed by: whether one was good is decided in the transaction. */
  async #signersOf(actor: Actor, name: PackageName): Promise<readonly string[]> {
    const { knex } = this.#ports
    const owners = await ownersOf(knex, actor, name)
    const keys = await listPublisherKeys(knex, owners, MAX_PUBLISHER_KEYS)
    return keys.map(({ publicKey }) => publicKey)
  }

  /** @returns undefined on a host that has no key to sign by */
  async #sign(
    trx: Knex.Transaction,
    { document, digests }: CheckedPublish,
    said: {
      readonly publisher: string
      readonly at: Date
      readonly fingerprint: string
      readonly author: PublisherKey | undefined
    },
  ): Promise<SignedRelease | undefined> {
    const { publisher, at, fingerprint, author } = said
    return this.#ports.registryKeys?.sign(trx, {
      ...{ name: document.name.full, version: document.version, integrity: digests.integrity },
      ...{ publisher, publishedAt: at.getTime(), marketplace: fingerprint },
      author: author === undefined ? null : { keyid: author.keyid, publicKey: author.publicKey },
    })
  }

  /** Locks the package and decides again what the first look decided. @returns its next revision. */
  async #enterPackage(
    trx: Knex.Transaction,
    actor: Actor,
    { name, rev }: PublishDocument,
    at: Date,
  ): Promise<string> {
    const random = () => this.#ports.randomBytes(REVISION_BYTES)
    const before = await lockHead(trx, name.full)
    if (before === undefined) {
      const first = nextRevision(undefined, random())
      await ensurePackage(trx, { name: name.full, owner: actor.name, rev: first, at })
    }
    const head = before ?? (await lockHead(trx, name.full))
    await authorizeChange(trx, actor, name, head?.owner)
    if (rev !== undefined && rev !== before?.rev) {
      throw marketplaceErrors.create('REV_STALE', {
        package: name.full,
        current: before?.rev ?? 'no revision',
        given: rev.slice(0, 80),
      })
    }
    return nextRevision(head?.rev, random())
  }
}

function versionFields({ document, digests, inspection }: CheckedPublish, actor: Actor) {
  return {
    name: document.name.full,
    version: document.version,
    publisher: actor.name,
    integrity: digests.integrity,
    shasum: digests.shasum,
    size: document.tarball.length,
    unpackedSize: inspection.unpackedSize,
    fileCount: inspection.files.length,
    packageJson: inspection.packageJson,
    manifest: inspection.manifest,
    contracts: inspection.contracts,
    readme: readmeOf(inspection.files),
    provenance: document.provenance ?? null,
  }
}

/** npm's clients cannot read a package without `latest`, so the first version gets it whatever its tag. */
async function tagVersion(
  trx: Knex.Transaction,
  { name, version, tag }: PublishDocument,
): Promise<void> {
  const tags = await listDistTags(trx, name.full)
  if (!Object.hasOwn(tags, tag) && Object.keys(tags).length >= MAX_DIST_TAGS) {
    throw marketplaceErrors.create('DIST_TAGS_FULL', { package: name.full, limit: MAX_DIST_TAGS })
  }
  await setDistTag(trx, { name: name.full, tag, version })
  if (!Object.hasOwn(tags, 'latest'))
    await setDistTag(trx, { name: name.full, tag: 'latest', version })
}

async function requireRoom(trx: Knex.Transaction, name: string): Promise<void> {
  const { count, bytes } = await measureVersions(trx, name)
  if (count < MAX_VERSIONS && bytes < MAX_PACKAGE_JSON_BYTES) return
  const mebibytes = Math.round(bytes / 1024 / 1024)
  throw marketplaceErrors.create('VERSIONS_FULL', { package: name, versions: count, mebibytes })
}

/**
 * What the release before promised within a major, this one promises as well. Asked while the package is held, so
 * that two publishes at once are compared with each other. A prerelease binds nobody and is bound by the last release.
 */
async function requireCompatible(
  trx: Knex.Transaction,
  { document, inspection }: CheckedPublish,
): Promise<void> {
  const name = document.name.full
  if (Object.keys(inspection.contracts).length === 0) return
  const previous = releaseBefore(document.version, await listVersions(trx, name))
  if (previous === undefined) return
  const old = (await findContracts(trx, name, previous)) ?? {}
  const paths = new Map(
    inspection.manifest.provides?.services?.map(({ id, contract }) => [id, contract]),
  )
  const faults = breakingFaults(old, inspection.contracts).map(({ service, ...fault }) => ({
    ...fault,
    at: paths.get(service) ?? service,
  }))
  if (faults.length === 0) return
  const words = { package: spec(document), previous: `${name}@${previous}` }
  throw marketplaceErrors.create('CONTRACT_BREAKING', words, { faults })
}

/** The bytes decide: a client that says otherwise, or something between, is not trusted with a version. */
function requireClaims(document: PublishDocument, digests: Digests): void {
  const { integrity, shasum } = document.claimed
  const lie =
    integrity !== digests.integrity
      ? { claim: 'dist.integrity', actual: digests.integrity }
      : shasum !== undefined && shasum !== digests.shasum
        ? { claim: 'dist.shasum', actual: digests.shasum }
        : undefined
  if (lie !== undefined) {
    throw marketplaceErrors.create('INTEGRITY_MISMATCH', { package: spec(document), ...lie })
  }
}

function requireSamePackage(document: PublishDocument, { packageJson }: PackageInspection): void {
  if (packageJson['name'] !== document.name.full || packageJson['version'] !== document.version) {
    const inside = `${String(packageJson['name'])}@${String(packageJson['version'])}`
    throw marketplaceErrors.create('PACKAGE_MISMATCH', { package: spec(document), inside })
  }
}

function requireStorable(document: PublishDocument, inspection: PackageInspection): void {
  const faults = unstorableParts(inspection)
  if (faults.length === 0) return
  throw marketplaceErrors.create('PACKAGE_UNSTORABLE', { package: spec(document) }, { faults })
}

function versionExists(document: PublishDocument): Error {
  return marketplaceErrors.create('VERSION_EXISTS', { package: spec(document) })
}

function spec({ name, version }: PublishDocument): string {
  return `${name.full}@${version}`
}
