import { verifyApproval } from './approval-statement.ts'
import { keyIdOf, publicKeyFrom } from './key-id.ts'
import { CLOCK_SKEW_MS } from './key-statement.ts'
import type { SignedVersion } from './registry-signature.ts'
import type { KeyChoice } from './statement.ts'
import { refused, type Verdict } from './verdict.ts'

/** One reviewer's approval, as it travels with the version. */
export interface ReviewerWord {
  readonly reviewer: string
  /**
   * The reviewer's own key as the registry knew it (Ed25519, SubjectPublicKeyInfo, base64); null: the registry signed
   * for whoever was logged in under that name, as with stock npm.
   */
  readonly publicKey: string | null
  /** The approval statement. */
  readonly statement: string
}

/** How a version came through its review. */
export interface ReleaseReview {
  /** How many people beside its publisher had to approve. */
  readonly required: number
  readonly approvals: readonly ReviewerWord[]
}

/** A handful is asked for; whoever reads a release verifies all of them. */
const MAX_APPROVALS = 20

/** What the approvals have to be about. */
export interface ReviewedRelease extends SignedVersion {
  readonly publisher: string
  /** Milliseconds since the epoch. */
  readonly publishedAt: number
}

/**
 * Whether enough people approved these very bytes, each once and none of them the publisher.
 * @param registry keys of the marketplace, by which it speaks for reviewers who have none
 */
export function verifyReview(
  { required, approvals }: ReleaseReview,
  release: ReviewedRelease,
  registry: KeyChoice,
): Verdict {
  const reviewers = new Set<string>()
  for (const word of approvals) {
    const fault = wordFault(word, release, registry)
    if (fault !== undefined) {
      const { en, 'zh-CN': zh } = fault.reason
      return refused(
        `has an approval by ${word.reviewer} that ${en}`,
        `${word.reviewer} 的批准${zh}`,
      )
    }
    if (reviewers.has(word.reviewer)) {
      return refused(`counts ${word.reviewer} twice`, `重复计入评审者 ${word.reviewer}`)
    }
    reviewers.add(word.reviewer)
  }
  if (reviewers.size >= required) return { ok: true }
  return refused(
    `has ${reviewers.size} of the ${required} approvals that it takes`,
    `需要 ${required} 份批准，只有 ${reviewers.size} 份`,
  )
}

export function isReview(value: unknown): value is ReleaseReview {
  const { required, approvals } = (value ?? {}) as Record<string, unknown>
  const isCount = Number.isSafeInteger(required) && (required as number) >= 0
  if (!isCount || !Array.isArray(approvals) || approvals.length > MAX_APPROVALS) return false
  return approvals.every((one) => {
    const { reviewer, publicKey, statement } = (one ?? {}) as Record<string, unknown>
    const isKey = publicKey === null || typeof publicKey === 'string'
    return typeof reviewer === 'string' && isKey && typeof statement === 'string'
  })
}

function wordFault(word: ReviewerWord, release: ReviewedRelease, registry: KeyChoice) {
  const { reviewer, publicKey, statement } = word
  if (reviewer === release.publisher) return refused('is of its own publisher', '出自发布者本人')
  const keys = publicKey === null ? registry : keyOf(publicKey)
  const verdict = verifyApproval(statement, release, keys)
  if (!verdict.ok) return verdict
  const { approval } = verdict
  if (approval.reviewer !== reviewer || approval.decision !== 'approved') {
    return refused('says something else', '内容不符')
  }
  if (approval.decidedAt > release.publishedAt + CLOCK_SKEW_MS) {
    return refused('is later than the release: a clock is wrong', '晚于发布时间：时钟有误')
  }
  return undefined
}

function keyOf(publicKey: string): KeyChoice {
  const key = publicKeyFrom(publicKey, 'ed25519')
  const find = (keyid: string) => (key !== undefined && keyIdOf(key) === keyid ? key : undefined)
  return { kind: 'ed25519', find }
}
