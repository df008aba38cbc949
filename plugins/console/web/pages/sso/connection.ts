export interface GroupRoles {
  readonly group: string
  readonly roles: readonly string[]
}

/** What `GET /v1/tenants/{t}/sso` lists; its secret is told to nobody. */
export interface Connection {
  readonly id: string
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly claims: Readonly<Record<Claim, string>>
  readonly groupRoles: readonly GroupRoles[]
  readonly domains: readonly string[]
  readonly createsUsers: boolean
  readonly linksByEmail: boolean
  readonly changedAt: string
}

export const CLAIMS = ['login', 'email', 'displayName', 'groups'] as const
export type Claim = (typeof CLAIMS)[number]

/** What the form holds. */
export interface ConnectionWish extends Omit<Connection, 'id' | 'changedAt'> {
  readonly id?: string
  readonly clientSecret?: string
}

/** What the host takes where nobody says otherwise. */
export const NEW_CONNECTION: Pick<
  Connection,
  'scopes' | 'claims' | 'groupRoles' | 'domains' | 'createsUsers' | 'linksByEmail'
> = {
  scopes: ['openid', 'profile', 'email'],
  claims: {
    login: 'preferred_username',
    email: 'email',
    displayName: 'name',
    groups: 'groups',
  },
  groupRoles: [],
  domains: [],
  createsUsers: false,
  linksByEmail: false,
}

/** What `POST …:check` says. */
export type Checked =
  | {
      readonly answers: true
      readonly issuer: string
      readonly authorizationEndpoint: string | null
      readonly tokenEndpoint: string | null
      readonly supportsPkce: boolean
      readonly supportsLogout: boolean
    }
  | { readonly answers: false; readonly reason: string }

export interface SignInPolicy {
  readonly ssoOnly: boolean
  readonly breakGlass: string | null
}

const tenantPath = (tenant: string) => `/v1/tenants/${encodeURIComponent(tenant)}`

export const connectionsPath = (tenant: string) => `${tenantPath(tenant)}/sso`
export const connectionPath = (tenant: string, id: string) =>
  `${connectionsPath(tenant)}/${encodeURIComponent(id)}`
export const policyPath = (tenant: string) => `${tenantPath(tenant)}/sign-in-policy`

/**
 * What is sent of a wish. A secret that is left empty stays the one that is kept. Pure.
 * @param groupRoles lines of the form; those that are not filled in are left out
 */
export function connectionBody({ id: _, clientSecret, ...wish }: ConnectionWish) {
  const { groupRoles, ...rest } = wish
  return {
    ...rest,
    groupRoles: groupRoles.filter((one) => Boolean(one?.group) && (one.roles?.length ?? 0) > 0),
    ...(clientSecret === undefined || clientSecret === '' ? {} : { clientSecret }),
  }
}

/** The same for a shell to copy: a secret that was typed is not shown a second time. Pure. */
export function shownBody(wish: ConnectionWish) {
  const body = connectionBody(wish)
  return 'clientSecret' in body ? { ...body, clientSecret: '…' } : body
}

/** Addresses that the provider has to know, of this host. Pure. */
export function addressesFor(origin: string, tenant: string, id: string) {
  const at = new URL(
    `/v1/sign-in/sso/${encodeURIComponent(tenant)}/${encodeURIComponent(id)}`,
    origin,
  ).href
  return { redirect: `${at}/callback`, logout: `${at}/logout` }
}
