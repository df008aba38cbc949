import { randomBytes } from 'node:crypto'
import type { UserState } from './user-states.ts'

/** A person, or an account that a program acts by: the same rights, but no password and no session. */
export type UserKind = 'person' | 'service'

export interface User {
  readonly tenant: string
  readonly id: string
  readonly kind: UserKind
  /** Folded by `foldedLogin`. */
  readonly login: string
  readonly email: string | null
  readonly displayName: string
  readonly locale: string
  /** Where he belongs; says nothing of what he may do. */
  readonly unit: string | null
  readonly state: UserState
}

export type UserChange = Partial<Pick<User, 'email' | 'displayName' | 'locale' | 'unit'>>

export const locales = ['en', 'zh-CN'] as const

export const makeUserId = (): string => `usr_${randomBytes(8).toString('hex')}`

/** Two that differ by capitals, or by how a keyboard composes a letter, are one. */
export function foldedLogin(typed: string): string {
  return typed.normalize('NFKC').trim().toLowerCase()
}

/** Letters and digits of any script, and signs that names and addresses have: no blanks, nothing invisible. */
export const loginSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 100,
  pattern: '^[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}._@+-]*$',
} as const

export const emailSchema = {
  type: ['string', 'null'],
  maxLength: 254,
  pattern: '^[^\\s@\\u0000-\\u001f]+@[^\\s@\\u0000-\\u001f]+\\.[^\\s@\\u0000-\\u001f]+$',
} as const

export const userIdSchema = { type: 'string', pattern: '^usr_[0-9a-f]{16}$' } as const
