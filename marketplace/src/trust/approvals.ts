import { type Approval, reviewTerms, verifyApproval } from '@signalbox/sdk/trust/approval-statement'
import { publicKeyFrom } from '@signalbox/sdk/trust/key-id'
import { keyVerdict } from '@signalbox/sdk/trust/key-statement'
import type { ReleaseReview, ReviewerWord } from '@signalbox/sdk/trust/release-review'
import { claimedKeyId } from '@signalbox/sdk/trust/statement'
import { refused, type Verdict } from '@signalbox/sdk/trust/verdict'
import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import { listEntries, type Review } from '../review/review-store.ts'
import { findPublisherKey, holdPublisherKey, mustSign } from './publisher-key-store.ts'
import type { RegistryKeys } from './registry-keys.ts'

/** A version under review: what a decision on it speaks of. */
export interface UnderReview {
  readonly review: Pick<Review, 'id' | 'name' | 'version' | 'publisher' | 'grounds' | 'needed'>
  readonly integrity: string
}

/** An approval, or a rejection with its reason. */
type Decided = Pick<Approval, 'decision' | 'reason'>

interface Stated extends Decided {
  readonly reviewer: string
  readonly at: Date
  /** Signed by the reviewer's own key; undefined: the registry signs for who is logged in. */
  readonly own: string | undefined
}

/**
 * What is kept of a decision: a row that somebody writes into the database approves nothing, and whoever rejected can
 * show that he did, and why.
 * @returns the statement; null: by a host without a key, of a reviewer who sent none
 * @throws MKT_APPROVAL_REFUSED, MKT_APPROVAL_UNSIGNED, MKT_SIGNING_KEY_LOST
 */
export async function stateDecision(
  trx: Knex.Transaction,
  keys: RegistryKeys | undefined,
  under: UnderReview,
  { reviewer, at, own, ...decided }: Stated,
): Promise<string | null> {
  const { review } = under
  const subject = `${review.name}@${review.version}`
  if (own === undefined) {
    if (await mustSign(trx, reviewer)) {
      throw marketplaceErrors.create('APPROVAL_UNSIGNED', { package: subject, reviewer })
    }
    const approval = approvalOf(under, reviewer, at, decided)
    return keys === undefined ? null : keys.signApproval(trx, approval)
  }
  const verdict = await ownWord(trx, under, { reviewer, at, statement: own }, decided)
  if (verdict.ok) return own
  const words = { package: subject, reason: verdict.reason }
  throw marketplaceErrors.create('APPROVAL_REFUSED', words)
}

/**
 * Approvals by others than the publisher that are signed by a key that is good: the reviewer's, or the registry's.
 * @param again of what was let through before: whether the registry, by a new key, says once more what it said or would
 * have said; absent: it does not
 */
export async function signedReview(
  trx: Knex.Transaction,
  keys: RegistryKeys,
  under: UnderReview,
  again: (by: 'registry' | 'nobody') => boolean = () => false,
): Promise<ReleaseReview> {
  const { review } = under
  const approvals: ReviewerWord[] = []
  for (const { kind, actor, at, statement } of await listEntries(trx, review.id)) {
    if (kind !== 'approval' || actor === review.publisher) continue
    const word =
      statement === null ? undefined : await goodWord(trx, keys, under, { actor, at, statement })
    if (word !== undefined) approvals.push(word)
    else if (
      again(statement === null ? 'nobody' : 'registry') &&
      !(await isOwn(trx, actor, statement))
    ) {
      const signed = await keys.signApproval(trx, approvalOf(under, actor, at))
      approvals.push({ reviewer: actor, publicKey: null, statement: signed })
    }
  }
  return { required: review.needed, approvals }
}

async function goodWord(
  trx: Knex.Transaction,
  keys: RegistryKeys,
  under: UnderReview,
  { actor, at, statement }: { actor: string; at: Date; statement: string },
): Promise<ReviewerWord | undefined> {
  const own = await ownWord(trx, under, { reviewer: actor, at, statement })
  if (own.ok) return { reviewer: actor, publicKey: own.publicKey, statement }
  const trusted = await keys.trustedPublicKeys(trx)
  const find = (keyid: string) => trusted.get(keyid)
  const said = verifyApproval(statement, versionOf(under), { kind: 'p256', find })
  const isTheirs = said.ok && isOf(said.approval, under, actor)
  return isTheirs ? { reviewer: actor, publicKey: null, statement } : undefined
}

/** For what a reviewer signed, good or not, the registry never speaks. */
async function isOwn(trx: Knex.Transaction, reviewer: string, statement: string | null) {
  const keyid = statement === null ? undefined : claimedKeyId(statement)
  return keyid !== undefined && (await findPublisherKey(trx, reviewer, keyid)) !== undefined
}

/** The registry's own clock counts, whatever the reviewer says. */
async function ownWord(
  trx: Knex.Transaction,
  under: UnderReview,
  { reviewer, at, statement }: { reviewer: string; at: Date; statement: string },
  decided: Decided = approved,
): Promise<Verdict<{ readonly publicKey: string }>> {
  const key = await holdPublisherKey(trx, [reviewer], claimedKeyId(statement) ?? '')
  const opened = key && publicKeyFrom(key.publicKey, 'ed25519')
  if (key === undefined || opened === undefined) {
    return refused(
      `is by a key that ${reviewer} has not registered`,
      `所用密钥未由 ${reviewer} 登记`,
    )
  }
  const keys = { kind: 'ed25519', find: () => opened } as const
  const said = verifyApproval(statement, versionOf(under), keys)
  if (!said.ok) return said
  if (!isOf(said.approval, under, reviewer, decided)) {
    const [terms, why] = [reviewTerms(under.review), decided.reason]
    const because = why === undefined ? '' : `, because of "${why.slice(0, 200)}"`
    const verb = { approved: '批准', rejected: '拒绝' }[decided.decision]
    return refused(
      `has to say that ${reviewer} ${decided.decision}, by "${terms}"${because}`,
      `须声明 ${reviewer} 已按“${terms}”${verb}${why === undefined ? '' : '，并附同样的理由'}`,
    )
  }
  const times = { createdAt: said.approval.decidedAt, seenAt: at.getTime() }
  const verdict = keyVerdict(key, times)
  return verdict.ok ? { ok: true, publicKey: key.publicKey } : verdict
}

const approved: Decided = { decision: 'approved' }

function approvalOf(
  under: UnderReview,
  reviewer: string,
  at: Date,
  decided: Decided = approved,
): Approval {
  const policy = reviewTerms(under.review)
  return { ...versionOf(under), reviewer, ...decided, policy, decidedAt: at.getTime() }
}

function isOf(
  { reviewer, decision, reason, policy }: Approval,
  under: UnderReview,
  actor: string,
  decided: Decided = approved,
): boolean {
  const isSame = decision === decided.decision && reason === decided.reason
  return isSame && reviewer === actor && policy === reviewTerms(under.review)
}

function versionOf({ review: { name, version }, integrity }: UnderReview) {
  return { name, version, integrity }
}
