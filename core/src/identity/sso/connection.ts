import { idSchema, nameSchema, strictObject } from '../../gateway/http-schemas.ts'

/** Which claims of a token say what of a user; a dot leads into an object. */
export interface ClaimMap {
  readonly login: string
  readonly email: string
  readonly displayName: string
  readonly groups: string
}

export interface GroupRoles {
  readonly group: string
  readonly roles: readonly string[]
}

/** What a tenant says of its provider. */
export interface ConnectionWish {
  readonly name: string
  /** An address, exactly as the provider writes it in its tokens. */
  readonly issuer: string
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly claims: ClaimMap
  readonly groupRoles: readonly GroupRoles[]
  /** Of verified e-mail addresses; none: all. */
  readonly domains: readonly string[]
  /** Whoever comes and is not known is made a user; else he is refused. */
  readonly createsUsers: boolean
  /** A known user is found by a verified e-mail address, the first time. */
  readonly linksByEmail: boolean
}

export interface Connection extends ConnectionWish {
  readonly tenant: string
  readonly id: string
  /** ISO 8601; what was learnt under another is not used. */
  readonly changedAt: string
}

const defaultClaims: ClaimMap = {
  login: 'preferred_username',
  email: 'email',
  displayName: 'name',
  groups: 'groups',
}

const claimSchema = { type: 'string', minLength: 1, maxLength: 100, pattern: '^[\\x21-\\x7e]+$' }

const texts = (items: object, maxItems: number) => ({
  type: 'array',
  uniqueItems: true,
  maxItems,
  items,
})

const issuerSchema = {
  type: 'string',
  maxLength: 500,
  pattern: '^https?://[^\\s?#@]+$',
} as const

export const connectionSchema = strictObject(
  {
    name: nameSchema,
    issuer: issuerSchema,
    clientId: { type: 'string', minLength: 1, maxLength: 300, pattern: '^[\\x20-\\x7e]+$' },
    clientSecret: { type: 'string', minLength: 1, maxLength: 1000, pattern: '^[\\x20-\\x7e]+$' },
    scopes: texts(
      { type: 'string', maxLength: 100, pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]+$' },
      20,
    ),
    claims: strictObject(
      {
        login: claimSchema,
        email: claimSchema,
        displayName: claimSchema,
        groups: claimSchema,
      },
      [],
    ),
    groupRoles: texts(
      strictObject({ group: nameSchema, roles: { ...texts(idSchema, 50), minItems: 1 } }, [
        'group',
        'roles',
      ]),
      200,
    ),
    domains: texts({ type: 'string', maxLength: 253, pattern: '^[a-z0-9.-]+\\.[a-z0-9-]+$' }, 50),
    createsUsers: { type: 'boolean' },
    linksByEmail: { type: 'boolean' },
  },
  ['name', 'issuer', 'clientId'],
)

export type ConnectionBody = Pick<ConnectionWish, 'name' | 'issuer' | 'clientId'> &
  Partial<Omit<ConnectionWish, 'claims'>> & {
    readonly claims?: Partial<ClaimMap>
    readonly clientSecret?: string
  }

/** `openid` is always asked for: without it there is no proof of anybody. */
export function wishOf({ clientSecret: _, ...body }: ConnectionBody): ConnectionWish {
  return {
    groupRoles: [],
    domains: [],
    createsUsers: false,
    linksByEmail: false,
    ...body,
    scopes: [...new Set(['openid', ...(body.scopes ?? ['profile', 'email'])])],
    claims: { ...defaultClaims, ...body.claims },
  }
}
