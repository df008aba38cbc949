import type { InputFault } from '@signalbox/sdk/errors'
import { marketplaceErrors } from '../errors.ts'
import { parsePackageName } from '../packages/package-name.ts'
import { isCidr, type TokenLimits } from './token-limits.ts'

/** What `npm token create` sends (npm 11; `readonly` is npm 10's word for it). */
export interface TokenWish {
  readonly password: string
  readonly name?: string | null
  readonly description?: string | null
  readonly readonly?: boolean
  readonly cidr_whitelist?: readonly string[] | null
  /** Days. */
  readonly expires?: number | null
  readonly packages?: readonly string[]
  readonly packages_all?: boolean
  readonly scopes?: readonly string[]
  readonly packages_and_scopes_permission?: 'no-access' | 'read-only' | 'read-write'
  readonly orgs?: readonly string[]
  readonly orgs_permission?: 'no-access' | 'read-only' | 'read-write'
  readonly bypass_2fa?: boolean
}

/**
 * Reads the limits that a token shall have. A limit that is not known here is refused, never taken and left out: whoever
 * asked for it would rely on it. Packages named without a permission may be read only, which is the least.
 * @throws `MKT_INPUT_INVALID` with the place of every limit that cannot be kept
 */
export function limitsOf(wish: TokenWish): TokenLimits {
  const faults = [...unknownLimits(wish), ...wrongValues(wish)]
  if (faults.length > 0) throw marketplaceErrors.create('INPUT_INVALID', {}, { faults })
  const { packages = [], scopes = [], packages_and_scopes_permission: permission } = wish
  const isForSome = packages.length > 0 || scopes.length > 0
  const cidrs = wish.cidr_whitelist ?? []
  const isNamed = isForSome || wish.packages_all === true
  return {
    isReadOnly:
      wish.readonly === true || (permission === undefined ? isNamed : permission !== 'read-write'),
    cidrs: cidrs.length > 0 ? cidrs : null,
    packages: isForSome ? packages : null,
    scopes: isForSome ? scopes.map(withAt) : null,
  }
}

function unknownLimits(wish: TokenWish): InputFault[] {
  const faults: InputFault[] = []
  if (wish.orgs !== undefined && wish.orgs.length > 0) {
    faults.push({ pointer: '/orgs', detail: 'there are no organisations here: name scopes' })
  }
  if (wish.orgs_permission !== undefined && wish.orgs_permission !== 'no-access') {
    faults.push({ pointer: '/orgs_permission', detail: 'there are no organisations here' })
  }
  if (wish.bypass_2fa === true) {
    faults.push({ pointer: '/bypass_2fa', detail: 'publishing asks for no second factor here' })
  }
  return faults
}

function wrongValues({ packages = [], scopes = [], packages_all, cidr_whitelist }: TokenWish) {
  const faults: InputFault[] = []
  if (packages_all === true && packages.length + scopes.length > 0) {
    faults.push({ pointer: '/packages_all', detail: 'contradicts packages and scopes' })
  }
  for (const [index, name] of packages.entries()) {
    if (!isPackage(name)) {
      faults.push({ pointer: `/packages/${index}`, detail: 'is not the name of a package' })
    }
  }
  for (const [index, scope] of scopes.entries()) {
    if (!isPackage(`${withAt(scope)}/x`)) {
      faults.push({ pointer: `/scopes/${index}`, detail: 'is not a scope such as @acme' })
    }
  }
  for (const [index, cidr] of (cidr_whitelist ?? []).entries()) {
    if (!isCidr(cidr)) {
      faults.push({
        pointer: `/cidr_whitelist/${index}`,
        detail: 'is not an IPv4 network such as 10.0.0.0/8',
      })
    }
  }
  return faults
}

function isPackage(name: string): boolean {
  try {
    parsePackageName(name)
    return true
  } catch {
    return false
  }
}

/** npm takes a scope with and without its sign. */
function withAt(scope: string): string {
  return scope.startsWith('@') ? scope : `@${scope}`
}

const MAX_ENTRIES = 50
const permissions = { enum: ['no-access', 'read-only', 'read-write'] } as const
const entries = {
  type: 'array',
  maxItems: MAX_ENTRIES,
  uniqueItems: true,
  items: { type: 'string', minLength: 1, maxLength: 214 },
} as const

export const tokenWishSchema = {
  type: 'object',
  required: ['password'],
  additionalProperties: false,
  properties: {
    password: { type: 'string', minLength: 1, maxLength: 512 },
    name: {
      type: ['string', 'null'],
      maxLength: 100,
      pattern: '^[^\\u0000-\\u001f\\ud800-\\udfff]*$',
    },
    description: {
      type: ['string', 'null'],
      maxLength: 200,
      pattern: '^[^\\u0000-\\u001f\\ud800-\\udfff]*$',
    },
    readonly: { type: 'boolean' },
    cidr_whitelist: { ...entries, type: ['array', 'null'] },
    expires: { type: ['integer', 'null'], minimum: 1, maximum: 3650 },
    packages: entries,
    packages_all: { type: 'boolean' },
    scopes: entries,
    packages_and_scopes_permission: permissions,
    orgs: entries,
    orgs_permission: permissions,
    bypass_2fa: { type: 'boolean' },
  },
} as const
