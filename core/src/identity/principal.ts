import type { BuiltInRole } from './roles/built-in-roles.ts'

/** One role that a user has now, where it reaches. */
export interface RoleGrant {
  readonly role: string
  /** Its row is the table's; of a tenant's own role the actions are its own. */
  readonly builtIn?: BuiltInRole | undefined
  readonly actions: ReadonlySet<string>
  /** Permissions that plugins declare. */
  readonly permissions: ReadonlySet<string>
  /** The units it reaches, each with all below it already among them; null: the whole tenant. */
  readonly units: ReadonlySet<string> | null
}

/** A person or a service account of a tenant. */
export interface UserPrincipal {
  readonly kind: 'user'
  readonly tenant: string
  readonly user: string
  readonly isService: boolean
  /** The session or the token that it came by. */
  readonly proof: string
  readonly grants: readonly RoleGrant[]
  /** What of all that a token may be used for; null: a session, which is the user. */
  readonly scope: {
    readonly actions: ReadonlySet<string>
    readonly permissions: ReadonlySet<string>
  } | null
}

/** Who acts on the host. A guest's plugin principal lives in the SDK; this one is for the HTTP face. */
export type Principal =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'operator'
      /** Of a browser; absent: it is the token itself. */
      readonly session?: string | undefined
    }
  | { readonly kind: 'admin'; readonly tenant: string; readonly token: string }
  | UserPrincipal
  | {
      readonly kind: 'app'
      readonly tenant: string
      readonly app: string
      readonly subscription: string
      /** Operations that its token is held to; absent: all that the subscription covers. */
      readonly scopes?: readonly string[]
    }
  /** An author, known to the marketplace: reads what a tenant released to it, and nothing else. */
  | { readonly kind: 'publisher'; readonly name: string }

/** The tenant whose a principal is; undefined: it is nobody's. */
export function tenantOfPrincipal(principal: Principal): string | undefined {
  return 'tenant' in principal ? principal.tenant : undefined
}

/** How a principal stands in the audit: short, stable, without secrets. */
export function actorOf(principal: Principal): string {
  switch (principal.kind) {
    case 'anonymous':
      return 'anonymous'
    case 'operator':
      return 'operator'
    case 'admin':
      return `admin:${principal.tenant}/${principal.token}`
    case 'user':
      return `${principal.isService ? 'service' : 'user'}:${principal.tenant}/${principal.user}`
    case 'app':
      return `app:${principal.tenant}/${principal.app}`
    case 'publisher':
      return `publisher:${principal.name}`
  }
}
