import { foldedLogin } from '../users/user.ts'
import type { ClaimMap, ConnectionWish } from './connection.ts'

/** Whom a provider has proven, and what it says of him. */
export interface Arrival {
  readonly issuer: string
  readonly subject: string
  readonly login: string | undefined
  readonly email: string | undefined
  readonly isEmailVerified: boolean
  readonly displayName: string | undefined
  readonly groups: readonly string[]
  /** The provider's own session (OpenID Connect Back-Channel Logout §2.1). */
  readonly sid: string | undefined
  /** It has asked for more than one factor (RFC 8176: `mfa`). */
  readonly isTwoFactor: boolean
}

type Claims = Readonly<Record<string, unknown>>

/** A directory's largest tokens have some 200; of more, what is beyond gives nothing. */
const MAX_GROUPS = 1000

/** @param claims verified: of the ID token, and of userinfo where that says more */
export function arrivalOf(map: ClaimMap, claims: Claims): Arrival {
  const email = textAt(claims, map.email, 254)
  const groups = valueAt(claims, map.groups)
  const { amr } = claims
  return {
    issuer: String(claims.iss),
    subject: String(claims.sub),
    login: loginOf(textAt(claims, map.login, 100)),
    email: email !== undefined && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) ? email : undefined,
    // Some send it as a text. Nothing else is a yes.
    isEmailVerified: claims.email_verified === true || claims.email_verified === 'true',
    displayName: textAt(claims, map.displayName, 200),
    groups: (Array.isArray(groups) ? groups : [groups])
      .filter((one): one is string => typeof one === 'string')
      .slice(0, MAX_GROUPS),
    sid: textAt(claims, 'sid', 300),
    isTwoFactor: Array.isArray(amr) && amr.includes('mfa'),
  }
}

/** Whether the tenant lets such an address in. */
export function isDomainAllowed(
  { domains }: Pick<ConnectionWish, 'domains'>,
  { email, isEmailVerified }: Pick<Arrival, 'email' | 'isEmailVerified'>,
): boolean {
  if (domains.length === 0) return true
  if (email === undefined || !isEmailVerified) return false
  return domains.includes(email.slice(email.lastIndexOf('@') + 1).toLowerCase())
}

/** The roles that somebody of these groups has. */
export function rolesOf(
  { groupRoles }: Pick<ConnectionWish, 'groupRoles'>,
  groups: readonly string[],
): readonly string[] {
  const given = groupRoles.filter(({ group }) => groups.includes(group))
  return [...new Set(given.flatMap(({ roles }) => roles))].sort()
}

/** Of whoever has no login of his own there the address is one. */
export function loginFor({ login, email, isEmailVerified }: Arrival): string | undefined {
  return login ?? (isEmailVerified ? loginOf(email) : undefined)
}

function loginOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const login = foldedLogin(text)
  return /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._@+-]*$/u.test(login) ? login : undefined
}

function textAt(claims: Claims, path: string, most: number): string | undefined {
  const value = valueAt(claims, path)
  if (typeof value !== 'string') return undefined
  const text = value.replace(/\p{Cc}/gu, ' ').trim()
  return text === '' || text.length > most ? undefined : text
}

/** The claim of that very name, else the way that the dots lead. */
function valueAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path]
  let value: unknown = claims
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = Reflect.get(value, part)
  }
  return value
}
