import type { KeyObject } from 'node:crypto'
import { isInstant } from './instant.ts'
import { isAbout, packageSubject } from './package-subject.ts'
import type { SignedVersion } from './registry-signature.ts'
import { type KeyChoice, openStatement, signStatement } from './statement.ts'
import { refused, type Verdict } from './verdict.ts'

/** What a reviewer decided of a version's very bytes, and by which policy. */
export interface Approval extends SignedVersion {
  readonly reviewer: string
  readonly decision: 'approved' | 'rejected'
  /** Of a rejection: why. */
  readonly reason?: string
  /** The rules that the decision followed, as `reviewTerms` has them. */
  readonly policy: string
  /** Milliseconds since the epoch. */
  readonly decidedAt: number
}

interface ApprovalPredicate {
  readonly reviewer: string
  readonly decision: Approval['decision']
  readonly reason?: string
  readonly policy: string
  readonly decidedAt: string
}

/** The rules that a decision followed: why the version was reviewed, and how many had to approve. */
export function reviewTerms(review: {
  readonly grounds: readonly string[]
  readonly needed: number
}): string {
  return `${review.grounds.join(' ')}; approvals: ${review.needed}`
}

/** @param privateKey of the reviewer, Ed25519; or the registry's, for a reviewer who has none */
export function signApproval(approval: Approval, privateKey: KeyObject): string {
  const { reviewer, decision, reason, policy } = approval
  const decidedAt = new Date(approval.decidedAt).toISOString()
  const why = reason === undefined ? {} : { reason }
  const predicate: ApprovalPredicate = { reviewer, decision, ...why, policy, decidedAt }
  return signStatement('approval', { subject: [packageSubject(approval)], predicate }, privateKey)
}

export function verifyApproval(
  text: string,
  version: SignedVersion,
  keys: KeyChoice,
): Verdict<{ readonly approval: Approval; readonly keyid: string }> {
  const opened = openStatement<ApprovalPredicate>(text, 'approval', keys)
  if (!opened.ok) return opened
  const { subject, predicate, keyid } = opened.statement
  if (!isAbout(subject, version)) {
    return refused('is about another version or other bytes', '声明的是其他版本或其他内容')
  }
  const { reviewer, decision, reason, policy, decidedAt } = predicate
  const isDecided = decision === 'approved' || decision === 'rejected'
  if (typeof reviewer !== 'string' || typeof policy !== 'string' || !isDecided) {
    return refused('says no decision', '没有给出评审结论')
  }
  if (reason !== undefined && typeof reason !== 'string') {
    return refused('has a reason that is no text', '所给理由不是文本')
  }
  if (!isInstant(decidedAt)) return refused('has no time', '没有时间')
  const { name, version: number, integrity } = version
  const of = { name, version: number, integrity }
  const why = reason === undefined ? {} : { reason }
  const at = Date.parse(decidedAt)
  const approval = { ...of, reviewer, decision, ...why, policy, decidedAt: at }
  return { ok: true, approval, keyid }
}
