import type { LocalText } from '../../texts/languages.ts'
import type { SomeText } from './package.ts'
import type { PermissionDiff } from './permission-change.ts'

/** One difference between two versions of a contract; as the host tells it. */
export interface ContractChange {
  readonly pointer: string
  readonly kind: string
  readonly operation?: string
  readonly field?: string
  readonly sentence: LocalText
}

export interface PlannedService {
  readonly service: string
  /** Null: not served any more. */
  readonly major: number | null
  /** Null: the service is new. */
  readonly previousMajor: number | null
  readonly changes: readonly ContractChange[]
}

export interface AffectedApp {
  readonly subscription: string
  readonly tenant: string
  readonly app: string
  readonly service: string
  readonly major: number
  readonly because: 'reads' | 'calls' | 'subscribed'
  readonly operations: readonly { readonly operation: string; readonly calls: number }[]
}

interface ExampleVerdict {
  readonly subscription: string
  readonly app: string
  readonly operation: string
  readonly example: string
  readonly reason: string
}

export interface PlannedTerms {
  readonly license: string | null
  readonly text: Readonly<Record<string, string>> | null
  readonly price: SomeText | null
  readonly plans: readonly { readonly service: string; readonly name: string }[]
  /** Null: nothing needs to be accepted. */
  readonly hash: string | null
  readonly isAccepted: boolean
}

/** What a version would do here, found out without doing it. */
export interface VersionPlan {
  readonly plugin: string
  readonly version: string
  /** The version that is stable here; null: none is. */
  readonly from: string | null
  readonly refusal: Refusal | null
  readonly requires: Readonly<Record<string, string>>
  readonly permissions: PermissionDiff
  readonly migrations: readonly string[]
  readonly services: readonly PlannedService[]
  readonly terms: PlannedTerms
  readonly affected: readonly AffectedApp[]
  readonly examples: {
    readonly ran: number
    readonly failed: readonly ExampleVerdict[]
    readonly skipped: readonly ExampleVerdict[]
  }
  readonly isCut: boolean
}

interface Refusal {
  readonly code: string
  readonly detail: string
  readonly cure: string
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[]
}

/** Whether the install may be asked for, as far as the plan knows. Pure. */
export function mayInstall(
  { refusal, terms }: Pick<VersionPlan, 'refusal' | 'terms'>,
  hasAgreed: boolean,
): boolean {
  return refusal === null && (terms.hash === null || terms.isAccepted || hasAgreed)
}

export type ServiceFate = 'new' | 'gone' | 'moved' | 'changed' | 'same'

export function fateOf({ major, previousMajor, changes }: PlannedService): ServiceFate {
  if (previousMajor === null) return 'new'
  if (major === null) return 'gone'
  if (major !== previousMajor) return 'moved'
  return changes.length === 0 ? 'same' : 'changed'
}

export function breaksSomebody({ services, affected, examples }: VersionPlan): boolean {
  const isBreaking = services.some(
    (one) =>
      fateOf(one) === 'gone' ||
      fateOf(one) === 'moved' ||
      one.changes.some(({ kind }) => kind === 'breaking'),
  )
  return isBreaking || affected.length > 0 || examples.failed.length > 0
}

/** States from which the host goes on by itself. */
const UNDER_WAY: readonly string[] = ['installed', 'expanded']

/** How far an installation is. Pure. */
export function progressOf(state: string | undefined): 'waiting' | 'working' | 'done' | 'failed' {
  if (state === undefined) return 'waiting'
  if (UNDER_WAY.includes(state)) return 'working'
  return state === 'warm' || state === 'stable' ? 'done' : 'failed'
}

/** A version is fetched, checked and migrated before its first answer: how far it is, the stream of its events tells. */
export const INSTALL_MS = 600_000

/** Where the host tells how an installation moves. Pure. */
export function installationEvents(plugin: string, version: string): string {
  return `/v1/plugins/${encodeURIComponent(plugin)}/versions/${encodeURIComponent(version)}/events`
}
