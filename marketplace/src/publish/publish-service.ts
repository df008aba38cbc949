import type { Finding } from '@signalbox/sdk/finding'
import type { Knex } from 'knex'
import { versionFindings } from '../checks/registry-checks.ts'
import { marketplaceErrors } from '../errors.ts'
import { ensureFingerprint } from '../identity/identity-store.ts'
import { insertFiles } from '../listing/package-file-store.ts'
import { holdOwnScope, requireOwnScope } from '../mirror/bound-scope-store.ts'
import type { PackageName } from '../packages/package-name.ts'
import {
  ensurePackage,
  findHead,
  insertVersion,
  isVersionTaken,
  lockHead,
  setRevision,
} from '../packages/package-store.ts'
import { nextRevision, REVISION_BYTES } from '../packages/revision.ts'
import type { MarketplaceOptions, PackageInspection } from '../ports.ts'
import type { Actor } from '../publishers/actor.ts'
import { authorizeChange } from '../publishers/authorize-change.ts'
import { findNeed, openReview, type StagedVersion } from '../review/open-review.ts'
import { listReviews } from '../review/review-store.ts'
import { relist } from '../search/listing-index.ts'
import {
  listPublisherKeys,
  MAX_PUBLISHER_KEYS,
  type PublisherKey,
} from '../trust/publisher-key-store.ts'
import type { SignedRelease } from '../trust/registry-keys.ts'
import { ownersOf, requireAuthor } from '../trust/require-author.ts'
import { checkedFindings, inspectSound, requireRoom, requireSound } from './check-package.ts'
import { configSchemaOf } from './config-schema.ts'
import { type Digests, digestsOf } from './digests.ts'
import { keepContents } from './keep-contents.ts'
import { provenanceType } from './provenance.ts'
import { type PublishDocument, readPublishDocument } from './publish-document.ts'
import { readmeOf } from './readme.ts'
import { requireCompatible, tagRelease } from './release.ts'

export interface PublishRequest {
  readonly actor: Actor
  readonly name: PackageName
  readonly body: unknown
  readonly traceId: string
  /** By `npm stage publish`: shown to nobody before it is approved. */
  readonly isStaged?: boolean
}

/** What came of a publish that was taken. */
export interface Published {
  /** What it waits for where it is not shown yet; undefined: it is published. */
  readonly staged: StagedVersion | undefined
  /** What the checks found and let pass. */
  readonly findings: readonly Finding[]
}

interface CheckedPublish {
  readonly document: PublishDocument
  readonly digests: Digests
  readonly inspection: PackageInspection
  /** What its provenance is about, where it has one that can be read. */
  readonly proven: string | null
  /** None of them an error. */
  readonly findings: readonly Finding[]
}

/**
 * The way of a publish: rights → document → digests → inspection and checks in a child process → checks beside other
 * packages → trials in lanes → one transaction. The cheap refusals come first; nothing is written before all checks have passed, and what is acknowledged is
 * committed.
 */
export class PublishService {
  readonly #ports: Omit<MarketplaceOptions, 'publicUrl' | 'isOperatorToken'>

  constructor(ports: Omit<MarketplaceOptions, 'publicUrl' | 'isOperatorToken'>) {
    this.#ports = ports
  }

  async publish(request: PublishRequest): Promise<Published> {
    const { actor, name, body } = request
    const { knex } = this.#ports
    const head = await findHead(knex, name.full)
    await requireOwnScope(knex, name)
    await authorizeChange(knex, actor, name, head?.owner)
    const document = readPublishDocument(name, body)
    const { version, tarball } = document
    if (await isVersionTaken(knex, name.full, version)) throw await this.#taken(document)
    const digests = await digestsOf(tarball)
    requireClaims(document, digests)
    const proven = provenanceType(document.provenance, {
      package: spec(document),
      integrity: digests.integrity,
    })
    const signers = await this.#signersOf(actor, name)
    const inspection = await inspectSound(this.#ports, { name, version, tarball, signers })
    const candidate = { actor, name, version, inspection, isNew: head === undefined }
    const findings = await checkedFindings(this.#ports, candidate)
    const checked = { document, digests, inspection, findings, proven }
    const staged = await knex.transaction((trx) => this.#store(trx, request, checked))
    return { staged, findings }
  }

  /** Whose answer was lost sends it again, and is told that it arrived. */
  async #taken(document: PublishDocument): Promise<Error> {
    const { name, version } = document
    const waiting = { name: name.full, version, status: 'open' } as const
    const [review] = await listReviews(this.#ports.knex, waiting, { limit: 1 })
    if (review === undefined) return versionExists(document)
    const words = { package: spec(document), review: review.id }
    return marketplaceErrors.create('VERSION_IN_REVIEW', words)
  }

  async #store(
    trx: Knex.Transaction,
    { actor, name, traceId, isStaged = false }: PublishRequest,
    checked: CheckedPublish,
  ): Promise<StagedVersion | undefined> {
    const { contents, now, randomBytes, audit } = this.#ports
    const { document, digests, inspection } = checked
    const at = new Date(now())
    await holdOwnScope(trx, name)
    // Contents before the package's row, always: two publishes can never wait for each other in a circle.
    const { tarballSha256, files } = await keepContents(trx, contents, checked)
    const fingerprint = await ensureFingerprint(trx, (count) => randomBytes(count), at)
    const rev = await this.#enterPackage(trx, actor, document, at)
    await requireRoom(trx, name.full)
    const { version, tag } = document
    requireSound(document, await versionFindings(trx, { name, version, inspection }))
    await requireCompatible(trx, { ...inspection, name: name.full, version })
    const { manifest } = inspection
    const { findings } = checked
    const by = { publisher: actor.name, isStaged }
    const submitted = { name: name.full, version, tag, manifest, findings, ...by }
    const need = await findNeed(trx, submitted)
    const author = await requireAuthor(trx, checked, actor, at.getTime())
    const isShown = need === undefined
    const signed = isShown
      ? await this.#sign(trx, checked, { publisher: actor.name, at, fingerprint, author })
      : undefined
    const inserted = await insertVersion(trx, {
      ...versionFields(checked, actor),
      state: isShown ? 'published' : 'staged',
      signed: signed ?? null,
      authorKey: author?.keyid ?? null,
      tarballSha256,
      fingerprint,
      publishedAt: at,
    })
    if (!inserted) throw versionExists(document)
    await insertFiles(trx, { name: name.full, version }, files)
    if (need !== undefined) return openReview(trx, this.#ports, { ...submitted, need, at, traceId })
    await tagRelease(trx, { name: name.full, version, tag })
    await setRevision(trx, { name: name.full, rev, at })
    await relist(trx, name.full)
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
    return undefined
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

function versionFields(checked: CheckedPublish, actor: Actor) {
  const { document, digests, inspection, findings, proven } = checked
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
    configSchema: configSchemaOf(inspection),
    readme: readmeOf(inspection.files),
    provenance: document.provenance ?? null,
    provenanceType: proven,
    findings,
  }
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

function versionExists(document: PublishDocument): Error {
  return marketplaceErrors.create('VERSION_EXISTS', { package: spec(document) })
}

function spec({ name, version }: PublishDocument): string {
  return `${name.full}@${version}`
}
