import type { Viewer } from '../../api/viewer.ts'
import type { Tone } from '../../parts/status-tag.tsx'

export type UserState = 'invited' | 'active' | 'suspended' | 'left'
export type UserCommand = 'suspend' | 'resume' | 'leave' | 'reinstate'

export interface User {
  readonly id: string
  readonly kind: 'person' | 'service'
  readonly login: string
  readonly email: string | null
  readonly displayName: string
  readonly locale: string
  readonly unit: string | null
  readonly state: UserState
}

export interface Unit {
  readonly id: string
  readonly name: string
  readonly parent: string | null
}

/** Of a validity the end is the first moment without it; null: open. */
export interface Assignment {
  readonly id: string
  readonly user: string
  readonly role: string
  /** Null: the whole tenant. */
  readonly unit: string | null
  readonly validFrom: string | null
  readonly validTo: string | null
}

export interface Position {
  readonly id: string
  readonly name: string
  readonly unit: string
  readonly roles: readonly string[]
}

export interface Holder {
  readonly id: string
  readonly position: string
  readonly user: string
  readonly validFrom: string
  readonly validTo: string | null
}

export interface Role {
  readonly id: string
  readonly name: string
  readonly actions: readonly string[]
  readonly permissions: readonly string[]
}

/** An invitation, or a link to reset a password: shown this once. */
export interface ShownTicket {
  readonly ticket: string
  readonly path: string
  readonly expiresAt: string
}

export const USER_TONES = {
  invited: 'neutral',
  active: 'good',
  suspended: 'warning',
  left: 'bad',
} as const satisfies Record<UserState, Tone>

/** What an admin may say to a user in a state; the host's own table decides. */
export const USER_COMMANDS = {
  invited: ['leave'],
  active: ['suspend', 'leave'],
  suspended: ['resume', 'leave'],
  left: ['reinstate'],
} as const satisfies Record<UserState, readonly UserCommand[]>

export const ID = /^[a-z0-9][a-z0-9-]{0,62}$/

export type When = 'always' | 'now' | 'later' | 'over'

/** Whether something that has a validity is in force. Pure. */
export function whenOf(
  { validFrom, validTo }: Pick<Assignment, 'validFrom' | 'validTo'>,
  nowMs: number,
): When {
  if (validTo !== null && Date.parse(validTo) <= nowMs) return 'over'
  if (validFrom !== null && Date.parse(validFrom) > nowMs) return 'later'
  return validFrom === null && validTo === null ? 'always' : 'now'
}

export const WHEN_TONES = {
  always: 'good',
  now: 'good',
  later: 'neutral',
  over: 'bad',
} as const satisfies Record<When, Tone>

/**
 * The unit that somebody's lists begin with: who has roles over units alone is shown nothing of the tenant as a whole.
 * @returns undefined: all of the tenant
 */
export function ownUnit(viewer: Viewer): string | undefined {
  if (viewer.kind === 'operator' || viewer.roles.some(({ units }) => units === null))
    return undefined
  return viewer.roles.flatMap(({ units }) => units ?? [])[0]
}

/** The address of a link that was shown once, on this host. */
export function linkOf({ path }: ShownTicket, origin: string): string {
  return new URL(path, origin).href
}
