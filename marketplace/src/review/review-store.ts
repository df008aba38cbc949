import type { Contract } from '@signalbox/sdk/contract'
import type { Manifest, Tier } from '@signalbox/sdk/manifest'
import type { Knex } from 'knex'
import { isForSome, type TokenLimits } from '../publishers/token-limits.ts'
import {
  defaultPolicy,
  type PublisherRole,
  type ReviewGround,
  type ReviewPolicy,
} from './review-policy.ts'
import type { VersionState } from './version-states.ts'

/** The only place with SQL for reviews, review_entries, review_policy and publisher_roles. */

export type ReviewStatus = 'open' | 'approved' | 'rejected'
export type EntryKind = 'approval' | 'rejection' | 'appeal' | 'answer'

export interface Review {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly tag: string
  readonly publisher: string
  readonly tier: Tier
  readonly grounds: readonly ReviewGround[]
  readonly needed: number
  readonly status: ReviewStatus
  readonly openedAt: Date
  readonly decidedAt: Date | null
}

export interface ReviewEntry {
  readonly kind: EntryKind
  readonly actor: string
  readonly text: string
  readonly rule: string | null
  readonly at: Date
  /** Of an approval or a rejection: what was signed, a DSSE envelope. Null: of what is neither, and by a host without a key. */
  readonly statement: string | null
}

/** What of the version a reviewer is shown, and a decision asks again. */
export interface ReviewedVersion {
  readonly state: VersionState
  readonly integrity: string
  readonly shasum: string
  readonly size: number
  readonly sha256: string
  readonly manifest: Manifest
  readonly contracts: Readonly<Record<string, Contract>>
  /** The marketplace it is of. */
  readonly marketplace: string
  /** By which its author signed it; null: he did not. */
  readonly authorKey: string | null
}

const columns = {
  id: 'id',
  name: 'name',
  version: 'version',
  tag: 'tag',
  publisher: 'publisher',
  tier: 'tier',
  grounds: 'grounds',
  needed: 'needed',
  status: 'status',
  openedAt: 'opened_at',
  decidedAt: 'decided_at',
}

export async function insertReview(
  trx: Knex.Transaction,
  review: Omit<Review, 'status' | 'decidedAt'>,
): Promise<void> {
  const { openedAt, grounds, ...rest } = review
  await trx('reviews').insert({
    ...rest,
    grounds: JSON.stringify(grounds),
    status: 'open',
    opened_at: openedAt,
  })
}

export async function findReview(knex: Knex, id: string): Promise<Review | undefined> {
  return knex('reviews').where({ id }).first<Review | undefined>(columns)
}

/** The review by which a version was let through; undefined: there was none. */
export async function findPassedReview(
  knex: Knex,
  name: string,
  version: string,
): Promise<Review | undefined> {
  return knex('reviews')
    .where({ name, version, status: 'approved' })
    .first<Review | undefined>(columns)
}

/** Held until the transaction ends: decisions on one version follow one another. */
export async function lockReview(trx: Knex.Transaction, id: string): Promise<Review | undefined> {
  return trx('reviews').where({ id }).forUpdate().first<Review | undefined>(columns)
}

export async function findReviewedVersion(knex: Knex, review: Review): Promise<ReviewedVersion> {
  const { name, version } = review
  const row = await knex('package_versions').where({ name, version }).first<ReviewedVersion>({
    state: 'state',
    integrity: 'integrity',
    shasum: 'shasum',
    size: 'size',
    sha256: 'tarball_sha256',
    manifest: 'manifest',
    contracts: 'contracts',
    marketplace: 'fingerprint',
    authorKey: 'author_key',
  })
  return row as ReviewedVersion
}

export interface ReviewQuery {
  /** Only those of versions that this publisher has put in. */
  readonly publisher?: string | undefined
  readonly status?: ReviewStatus | undefined
  readonly name?: string | undefined
  readonly version?: string | undefined
  /** Of the token that asks: only those of packages that it is for. */
  readonly limits?: TokenLimits | undefined
}

function matching(
  knex: Knex,
  { publisher, status, name, version, limits }: ReviewQuery,
): Knex.QueryBuilder {
  const query = knex('reviews')
  if (limits !== undefined && isForSome(limits)) {
    const lists = [[...(limits.packages ?? [])], [...(limits.scopes ?? [])]]
    query.whereRaw(`(name = any(?) or split_part(name, '/', 1) = any(?))`, lists)
  }
  if (publisher !== undefined) query.where({ publisher })
  if (status !== undefined) query.where({ status })
  if (name !== undefined) query.where({ name })
  if (version !== undefined) query.where({ version })
  return query
}

/** The longest waiting first. @param from how many are left out, as npm pages through its list */
export async function pageReviews(
  knex: Knex,
  query: ReviewQuery,
  page: { readonly limit: number; readonly from: number },
): Promise<{ items: readonly Review[]; total: number }> {
  const [row] = (await matching(knex, query).count('* as count')) as [{ count: string }]
  const items: Review[] = await matching(knex, query)
    .orderBy(['opened_at', 'id'])
    .limit(page.limit)
    .offset(page.from)
    .select(columns)
  return { items, total: Number(row.count) }
}

/** The longest waiting first, after the one whose id the cursor is. */
export async function listReviews(
  knex: Knex,
  query: ReviewQuery,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<readonly Review[]> {
  const found = matching(knex, query).orderBy(['opened_at', 'id']).limit(page.limit).select(columns)
  if (page.cursor === undefined) return found
  const before = '(select opened_at, id from reviews where id = ?)'
  return found.whereRaw(`(opened_at, id) > ${before}`, [page.cursor])
}

export async function decideReview(
  trx: Knex.Transaction,
  decided: { id: string; status: ReviewStatus; at: Date },
): Promise<void> {
  const { id, status, at } = decided
  await trx('reviews').where({ id }).update({ status, decided_at: at })
}

export type NewEntry = Omit<ReviewEntry, 'statement'> & { readonly statement?: string | null }

/** @returns false where the actor has approved before */
export async function insertEntry(
  trx: Knex.Transaction,
  review: string,
  { kind, actor, text, rule, at, statement = null }: NewEntry,
): Promise<boolean> {
  const query = trx('review_entries').insert({ review, kind, actor, text, rule, at, statement })
  const inserted = await (kind === 'approval'
    ? query.onConflict(trx.raw(`(review, actor) where kind = 'approval'`)).ignore()
    : query
  ).returning('id')
  return inserted.length === 1
}

export async function listEntries(knex: Knex, review: string): Promise<readonly ReviewEntry[]> {
  return knex('review_entries')
    .where({ review })
    .orderBy('id')
    .select('kind', 'actor', 'text', 'rule', 'at', 'statement')
}

export async function countEntries(
  knex: Knex,
  review: string,
  kinds: readonly EntryKind[],
): Promise<number> {
  const [row] = (await knex('review_entries')
    .where({ review })
    .whereIn('kind', [...kinds])
    .count('* as count')) as [{ count: string }]
  return Number(row.count)
}

export async function readPolicy(knex: Knex): Promise<ReviewPolicy> {
  const row = await knex('review_policy').first<{ policy: ReviewPolicy } | undefined>('policy')
  // One that was set before a part of it was known keeps what it says.
  return { ...defaultPolicy, ...row?.policy }
}

export async function writePolicy(
  trx: Knex.Transaction,
  policy: ReviewPolicy,
  at: Date,
): Promise<void> {
  await trx('review_policy')
    .insert({ singleton: true, policy: JSON.stringify(policy), changed_at: at })
    .onConflict('singleton')
    .merge(['policy', 'changed_at'])
}

export async function rolesOf(knex: Knex, publisher: string): Promise<readonly PublisherRole[]> {
  return knex('publisher_roles').where({ publisher }).orderBy('role').pluck('role')
}

/** @returns false where nothing was changed */
export async function giveRole(
  trx: Knex.Transaction,
  given: { publisher: string; role: PublisherRole; at: Date },
): Promise<boolean> {
  const { publisher, role, at } = given
  const inserted = await trx('publisher_roles')
    .insert({ publisher, role, given_at: at })
    .onConflict(['publisher', 'role'])
    .ignore()
    .returning('role')
  return inserted.length === 1
}

/** @returns false where nothing was changed */
export async function takeRole(
  trx: Knex.Transaction,
  publisher: string,
  role: PublisherRole,
): Promise<boolean> {
  return (await trx('publisher_roles').where({ publisher, role }).delete()) === 1
}
