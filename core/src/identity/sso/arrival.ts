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

/** OpenID Connect Core §2; an index holds it. */
const MAX_SUBJECT = 255

/** Whether an ID token says all that is asked of a provider, so that userinfo need not be looked at. */
export function isWhole(map: ClaimMap, idToken: Claims): boolean {
  return Object.values(map).every((path) => valueAt(idToken, path) !== undefined)
}

/**
 * @param idToken verified: who it is, and how he was proven, is said by it alone
 * @param userinfo says what else there is to say; where both say something, the ID token counts
 * @returns undefined where the subject is none
 */
export function arrivalOf(
  map: ClaimMap,
  idToken: Claims,
  userinfo: Claims = {},
): Arrival | undefined {
  const { iss: issuer, sub: subject, amr } = idToken
  if (typeof issuer !== 'string' || !isSubject(subject)) return undefined
  const said = (path: string) => valueAt(idToken, path) ?? valueAt(userinfo, path)
  const text = (path: string, most: number) => plainText(said(path), most)
  const groups = said(map.groups)
  return {
    issuer,
    subject,
    login: loginOf(text(map.login, 100)),
    ...mailOf(map.email, valueAt(idToken, map.email) === undefined ? userinfo : idToken),
    displayName: text(map.displayName, 200),
    groups: (Array.isArray(groups) ? groups : [groups])
      .filter((one): one is string => typeof one === 'string')
      .slice(0, MAX_GROUPS),
    sid: plainText(idToken.sid, 300),
    isTwoFactor: Array.isArray(amr) && amr.includes('mfa'),
  }
}

function isSubject(value: unknown): value is string {
  return (
    typeof value === 'string' && /^[^\p{Cc}\p{Cs}]+$/u.test(value) && value.length <= MAX_SUBJECT
  )
}

/**
 * `email_verified` speaks of `email` in the same answer (Core §5.1), and of no other claim: what is read as `upn` is verified
 * by an `upn_verified` beside it.
 */
function mailOf(path: string, claims: Claims): Pick<Arrival, 'email' | 'isEmailVerified'> {
  const email = plainText(valueAt(claims, path), 254)
  const verified = valueAt(claims, `${path}_verified`)
  return {
    email: email !== undefined && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) ? email : undefined,
    // Some send it as a text. Nothing else is a yes.
    isEmailVerified: verified === true || verified === 'true',
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

function plainText(value: unknown, most: number): string | undefined {
  if (typeof value !== 'string' || !value.isWellFormed()) return undefined
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
