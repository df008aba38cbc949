import type { Finding } from './finding.ts'
import type { PermissionDiff } from './permission-change.ts'
import type { ContractChange } from './version-plan.ts'

export type ReviewStatus = 'open' | 'approved' | 'rejected'

/** What the queue says of a version that waits for people. */
export interface QueuedReview {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly publisher: string
  readonly tier: string
  readonly grounds: readonly string[]
  /** Approvals of others; 0: its own publisher lets it out. */
  readonly needed: number
  readonly status: ReviewStatus
  readonly openedAt: string
  readonly decidedAt: string | null
}

export interface ReviewEntry {
  readonly kind: 'approval' | 'rejection' | 'appeal' | 'answer'
  readonly actor: string
  readonly text: string
  readonly rule: string | null
  readonly at: string
  readonly statement: string | null
}

export interface ServiceDiff {
  readonly service: string
  readonly major: number
  readonly kind: 'added' | 'removed' | 'changed' | 'same'
  readonly changes: readonly ContractChange[]
}

export interface SettingsDiff {
  /** What fitted may not fit any more. */
  readonly isTighter: boolean
  readonly changes: readonly {
    readonly key: string
    readonly change: 'added' | 'removed' | 'changed'
    readonly differs: readonly string[]
  }[]
}

export interface ShownReview extends QueuedReview {
  readonly entries: readonly ReviewEntry[]
  readonly dist: { readonly integrity: string; readonly size: number; readonly state: string }
  readonly against: string | null
  readonly permissions: PermissionDiff
  readonly findings: readonly Finding[]
  readonly contracts: readonly ServiceDiff[]
  readonly settings: SettingsDiff | null
}

export interface FileChange {
  readonly path: string
  readonly kind: 'added' | 'removed' | 'changed'
  readonly before: { readonly bytes: number } | null
  readonly after: { readonly bytes: number } | null
  readonly diff: string | null
  readonly untold: 'binary' | 'too-large' | 'too-different' | null
}

export interface PackageDiff {
  readonly against: string | null
  readonly files: readonly FileChange[]
  readonly unchanged: number
  readonly isCut: boolean
}

export const REVIEWS = '/v1/marketplace/reviews'

export function reviewPath(id: string): string {
  return `${REVIEWS}/${encodeURIComponent(id)}`
}

export type ReviewCommand = 'approve' | 'reject' | 'answer' | 'reopen'

/** What may be done with a review as it stands; whether this person may, the host says. Pure. */
export function commandsFor({
  status,
  entries,
}: Pick<ShownReview, 'status' | 'entries'>): readonly ReviewCommand[] {
  if (status === 'open') return ['approve', 'reject', 'answer']
  if (status === 'approved') return []
  const last = entries.findLast(({ kind }) => kind === 'appeal' || kind === 'rejection')
  return last?.kind === 'appeal' ? ['reopen', 'answer'] : ['answer']
}

/** Approvals that are still missing. Pure. */
export function missingApprovals({
  needed,
  entries,
}: Pick<ShownReview, 'needed' | 'entries'>): number {
  return Math.max(0, needed - entries.filter(({ kind }) => kind === 'approval').length)
}

export type LineKind = 'added' | 'removed' | 'place' | 'same'

/** Lines of a unified diff, by what each says. Pure. */
export function diffLines(
  diff: string,
  most: number,
): {
  readonly lines: readonly { readonly kind: LineKind; readonly text: string }[]
  readonly left: number
} {
  const all = diff.replace(/\n$/, '').split('\n')
  const lines = all.slice(0, most).map((text) => ({ kind: kindOfLine(text), text }))
  return { lines, left: all.length - lines.length }
}

function kindOfLine(text: string): LineKind {
  if (text.startsWith('@@')) return 'place'
  if (text.startsWith('+')) return 'added'
  return text.startsWith('-') ? 'removed' : 'same'
}
