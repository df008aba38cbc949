import type { Finding } from '@signalbox/sdk/finding'
import type { Manifest } from '@signalbox/sdk/manifest'
import { type PermissionDiff, permissionDiff } from '@signalbox/sdk/permission-diff'
import { type SettingsDiff, settingsDiff } from '@signalbox/sdk/settings-diff'
import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import { findOrigin } from '../mirror/mirrored-version-store.ts'
import { retag } from '../mirror/retag.ts'
import { isMaintainer } from '../packages/maintainer-store.ts'
import { parsePackageName } from '../packages/package-name.ts'
import {
  findConfigSchema,
  findContracts,
  findFindings,
  findHead,
  findManifest,
  listVersions,
  lockHead,
  setRevision,
} from '../packages/package-store.ts'
import { nextRevision, REVISION_BYTES } from '../packages/revision.ts'
import { moveVersion } from '../packages/version-standing-store.ts'
import type { AccountPorts, AuditEntry, ContentStore } from '../ports.ts'
import { requireCompatible, tagRelease } from '../publish/release.ts'
import { releaseBefore } from '../publish/release-before.ts'
import { type Actor, actorNamed } from '../publishers/actor.ts'
import { authorizeChange } from '../publishers/authorize-change.ts'
import { findScopeHolder } from '../publishers/publisher-store.ts'
import { covers } from '../publishers/token-limits.ts'
import { relist } from '../search/listing-index.ts'
import { signedReview, stateDecision, type UnderReview } from '../trust/approvals.ts'
import type { RegistryKeys } from '../trust/registry-keys.ts'
import { signApproved } from '../trust/sign-approved.ts'
import { refusalToDecide } from './review-policy.ts'
import {
  countEntries,
  decideReview,
  type EntryKind,
  findReview,
  findReviewedVersion,
  insertEntry,
  listEntries,
  lockReview,
  type Review,
  type ReviewEntry,
  type ReviewedVersion,
  type ReviewQuery,
  rolesOf,
} from './review-store.ts'
import { type ServiceDiff, serviceDiffs } from './service-diff.ts'
import { nextVersionState, type VersionCommand } from './version-states.ts'

/** What one review may hold: a thread of people, not a chat. */
const MAX_ENTRIES = 200

export interface Decision {
  readonly actor: Actor
  readonly id: string
  readonly traceId: string
  /** For people: the reason of a rejection, the note of an approval, what is said. */
  readonly text: string
  /** The finding that is spoken of. */
  readonly rule?: string | undefined
  /** Of an approval or a rejection: the statement that the reviewer signed. */
  readonly statement?: string | undefined
}

export interface ShownReview extends Review {
  readonly entries: readonly ReviewEntry[]
  readonly dist: Pick<ReviewedVersion, 'integrity' | 'shasum' | 'size' | 'state'>
  /** The release it follows, and what it may do beside that; null: there is none, and all is new. */
  readonly against: string | null
  readonly permissions: PermissionDiff
  /** What the checks found and let pass; appeals and answers name their rule. */
  readonly findings: readonly Finding[]
  /** What it makes of the majors of services that the release served as well. */
  readonly contracts: readonly ServiceDiff[]
  /** What it asks of each tenant's settings; null: the schema of one of both was not kept, the files' diff has it. */
  readonly settings: SettingsDiff | null
}

type Ports = AccountPorts & {
  readonly contents: ContentStore
  /** Absent: a host without a key of its own signs nothing. */
  readonly registryKeys?: RegistryKeys
}

/** Decides on staged versions. Each decision is one transaction; all that was said is kept. */
export class ReviewService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Whether the actor sees every review, or its own alone. */
  async seesAll(actor: Actor): Promise<boolean> {
    if (actor.kind === 'operator') return true
    return (await rolesOf(this.#ports.knex, actor.name)).includes('reviewer')
  }

  /** What of the queue the actor is shown. */
  async seenBy(actor: Actor): Promise<Pick<ReviewQuery, 'publisher' | 'limits'>> {
    const { limits } = actor
    return (await this.seesAll(actor)) ? { limits } : { publisher: actor.name, limits }
  }

  /** @throws `MKT_REVIEW_NOT_FOUND`, which a review of others is as well */
  async show(actor: Actor, id: string): Promise<ShownReview> {
    const { knex } = this.#ports
    const review = await this.#visible(actor, id)
    const version = await findReviewedVersion(knex, review)
    const { integrity, shasum, size, state } = version
    const entries = await listEntries(knex, id)
    const against = releaseBefore(review.version, await listVersions(knex, review.name)) ?? null
    const before = against === null ? undefined : await findManifest(knex, review.name, against)
    const old = against === null ? {} : ((await findContracts(knex, review.name, against)) ?? {})
    return {
      ...review,
      entries,
      dist: { integrity, shasum, size, state },
      against,
      permissions: permissionDiff(before, version.manifest),
      findings: (await findFindings(knex, review.name, review.version)) ?? [],
      contracts: serviceDiffs(old, version.contracts),
      settings: await this.#settings(review, version.manifest, against, before),
    }
  }

  async #settings(
    { name, version }: Review,
    manifest: Manifest,
    against: string | null,
    before: Manifest | undefined,
  ): Promise<SettingsDiff | null> {
    const { knex } = this.#ports
    const now = await findConfigSchema(knex, name, version)
    const old = against === null ? undefined : await findConfigSchema(knex, name, against)
    const isUnknown = (of: Manifest | undefined, schema: unknown) =>
      of?.config !== undefined && schema === undefined
    return isUnknown(manifest, now) || isUnknown(before, old) ? null : settingsDiff(old, now)
  }

  async tarball(actor: Actor, id: string): Promise<{ bytes: Buffer; review: Review }> {
    const review = await this.#visible(actor, id)
    const { sha256 } = await findReviewedVersion(this.#ports.knex, review)
    const bytes = await this.#ports.contents.get(sha256)
    if (bytes === undefined) {
      throw marketplaceErrors.create('CONTENT_CORRUPT', { package: spec(review) })
    }
    return { bytes, review }
  }

  /** @returns how many approvals are still missing; 0: the version is published */
  async approve(decision: Decision): Promise<number> {
    return this.#decide(decision, 'approve', async (trx, review, version) => {
      const { actor, text, rule, statement: own, traceId } = decision
      const at = this.#now()
      const { registryKeys } = this.#ports
      const under = { review, integrity: version.integrity }
      const stated = { reviewer: actor.name, at, own, decision: 'approved' } as const
      const statement = await stateDecision(trx, registryKeys, under, stated)
      const said = { actor: actor.name, text, rule: rule ?? null, at, statement }
      const entry = { kind: 'approval', ...said } as const
      if (!(await insertEntry(trx, review.id, entry))) {
        const words = { actor: actor.name, package: spec(review), needed: review.needed }
        throw marketplaceErrors.create('REVIEW_TWICE', words)
      }
      const missing = review.needed - (await this.#approvals(trx, under))
      const told = { note: text, missing: Math.max(missing, 0), isOwnKey: own !== undefined }
      await this.#audit(trx, decision, review, 'package.approved', told)
      if (missing <= 0) await this.#release(trx, review, version, { by: actor.name, at, traceId })
      return Math.max(missing, 0)
    })
  }

  /** Where there are signatures only what is signed counts, and by a key that is still good. */
  async #approvals(trx: Knex.Transaction, under: UnderReview): Promise<number> {
    const { registryKeys } = this.#ports
    if (registryKeys === undefined) return countEntries(trx, under.review.id, ['approval'])
    return (await signedReview(trx, registryKeys, under)).approvals.length
  }

  async reject(decision: Decision): Promise<void> {
    await this.#decide(decision, 'reject', async (trx, review, { integrity }) => {
      const { actor, text, rule, statement: own } = decision
      const at = this.#now()
      const why = { decision: 'rejected', reason: text } as const
      const stated = { reviewer: actor.name, at, own, ...why }
      const under = { review, integrity }
      const statement = await stateDecision(trx, this.#ports.registryKeys, under, stated)
      const said = { actor: actor.name, text, rule: rule ?? null, at, statement }
      await insertEntry(trx, review.id, { kind: 'rejection', ...said })
      const { name, version } = review
      await moveVersion(trx, { name, version, state: 'rejected', reason: text, by: actor.name })
      await decideReview(trx, { id: review.id, status: 'rejected', at })
      const told = { reason: text, rule, isOwnKey: own !== undefined }
      await this.#audit(trx, decision, review, 'package.rejected', told)
    })
  }

  /** The publisher's word on a finding or a rejection, or the reviewer's answer to it. */
  async say(decision: Decision, kind: Extract<EntryKind, 'appeal' | 'answer'>): Promise<void> {
    const { actor, id, text, rule } = decision
    // Before anything else: who may not see it is not told that it is there.
    await this.#visible(actor, id)
    await this.#ports.knex.transaction(async (trx) => {
      const review = await lockReview(trx, id)
      if (review === undefined) throw notFound(id)
      const isOwn = review.publisher === actor.name
      if (kind === 'appeal' && !isOwn) {
        throw forbidden(actor, review, 'only its publisher appeals')
      }
      if (review.status === 'approved') throw closed(review)
      await requireRoom(trx, review)
      const at = this.#now()
      await insertEntry(trx, id, { kind, actor: actor.name, text, rule: rule ?? null, at })
      const action = kind === 'appeal' ? 'package.appealed' : 'package.answered'
      await this.#audit(trx, decision, review, action, { text, rule })
    })
  }

  /** After an appeal the same bytes are looked at once more; approvals that were given stand. */
  async reopen(decision: Decision): Promise<void> {
    await this.#decide(decision, 'reopen', async (trx, review) => {
      const entries = await listEntries(trx, review.id)
      const last = entries.findLast(({ kind }) => kind === 'appeal' || kind === 'rejection')
      if (last?.kind !== 'appeal') {
        const words = { package: spec(review), review: review.id }
        throw marketplaceErrors.create('APPEAL_MISSING', words)
      }
      const { actor, text } = decision
      const at = this.#now()
      await insertEntry(trx, review.id, { kind: 'answer', actor: actor.name, text, rule: null, at })
      const { name, version } = review
      await moveVersion(trx, { name, version, state: 'staged', reason: text, by: actor.name })
      await decideReview(trx, { id: review.id, status: 'open', at })
      await this.#audit(trx, decision, review, 'package.answered', { text, reopened: true })
    })
  }

  /** What is the same of every decision: who may, what may become of it, and the order of locks. */
  async #decide<Result>(
    { actor, id }: Decision,
    command: VersionCommand,
    work: (trx: Knex.Transaction, review: Review, version: ReviewedVersion) => Promise<Result>,
  ): Promise<Result> {
    const { knex } = this.#ports
    const { name } = await this.#visible(actor, id)
    return knex.transaction(async (trx) => {
      const head = await lockHead(trx, name)
      const review = await lockReview(trx, id)
      if (review === undefined || head === undefined) throw notFound(id)
      await this.#requireMay(trx, actor, review, head.owner)
      const version = await findReviewedVersion(trx, review)
      if (nextVersionState(version.state, command) === undefined) throw closed(review)
      await requireRoom(trx, review)
      return work(trx, review, version)
    })
  }

  async #requireMay(trx: Knex.Transaction, actor: Actor, review: Review, packageOwner: string) {
    const { scope } = parsePackageName(review.name)
    const scopeHolder = scope === undefined ? undefined : await findScopeHolder(trx, scope)
    const roles = await rolesOf(trx, actor.name)
    const isOwn = await isMaintainer(trx, review.name, actor.name)
    const ownership = { scopeHolder, packageOwner, isMaintainer: isOwn }
    const reason = refusalToDecide(actor, review, ownership, roles)
    if (reason !== undefined) throw forbidden(actor, review, reason)
  }

  /** What a publish does at its end, asked again: others may have been published since it was staged. */
  async #release(
    trx: Knex.Transaction,
    review: Review,
    { contracts, manifest, integrity, marketplace, authorKey }: ReviewedVersion,
    { by, at, traceId }: { by: string; at: Date; traceId: string },
  ): Promise<void> {
    const { name, version, tag, publisher, id, openedAt: stagedAt } = review
    const head = await findHead(trx, name)
    await authorizeChange(trx, actorNamed(publisher), parsePackageName(name), head?.owner)
    await requireCompatible(trx, { name, version, contracts, manifest })
    await moveVersion(trx, { name, version, state: 'published', reason: null, by, at })
    const signing = { integrity, marketplace, authorKey, stagedAt, at, review }
    await signApproved(trx, this.#ports.registryKeys, signing)
    // What was mirrored came in whatever order: its tags are its marketplace's.
    const origin = (await findOrigin(trx, name, version))?.from
    if (origin) await retag(trx, name, origin)
    else await tagRelease(trx, { name, version, tag })
    const rev = nextRevision(head?.rev, this.#ports.randomBytes(REVISION_BYTES))
    await setRevision(trx, { name, rev, at })
    await relist(trx, name)
    await decideReview(trx, { id, status: 'approved', at })
    const details = { tag, integrity, review: id, publisher }
    const subject = `${name}@${version}`
    const entry = { actor: by, action: 'package.published', subject, traceId, details } as const
    await this.#ports.audit?.(entry, trx)
  }

  async #visible(actor: Actor, id: string): Promise<Review> {
    const review = await findReview(this.#ports.knex, id)
    if (review === undefined || !covers(actor.limits, parsePackageName(review.name))) {
      throw notFound(id)
    }
    if (review.publisher !== actor.name && !(await this.seesAll(actor))) throw notFound(id)
    return review
  }

  async #audit(
    trx: Knex.Transaction,
    { actor, traceId }: Decision,
    review: Review,
    action: AuditEntry['action'],
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const subject = spec(review)
    const told = { review: review.id, publisher: review.publisher, ...details }
    await this.#ports.audit?.({ actor: actor.name, action, subject, traceId, details: told }, trx)
  }

  #now(): Date {
    return new Date(this.#ports.now())
  }
}

async function requireRoom(trx: Knex.Transaction, review: Review): Promise<void> {
  const kinds = ['approval', 'rejection', 'appeal', 'answer'] as const
  if ((await countEntries(trx, review.id, kinds)) < MAX_ENTRIES) return
  const words = { package: spec(review), limit: MAX_ENTRIES }
  throw marketplaceErrors.create('REVIEW_FULL', words)
}

function spec({ name, version }: Pick<Review, 'name' | 'version'>): string {
  return `${name}@${version}`
}

function notFound(review: string): Error {
  return marketplaceErrors.create('REVIEW_NOT_FOUND', { review })
}

function closed(review: Review): Error {
  const { id, status } = review
  return marketplaceErrors.create('REVIEW_CLOSED', { package: spec(review), status, review: id })
}

function forbidden(actor: Actor, review: Review, reason: string): Error {
  const words = { actor: actor.name, package: spec(review), reason }
  return marketplaceErrors.create('REVIEW_FORBIDDEN', words)
}
