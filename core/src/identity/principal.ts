/** Who acts on the host. A guest's plugin principal lives in the SDK; this one is for the HTTP face. */
export type Principal =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'operator' }
  | { readonly kind: 'admin'; readonly tenant: string; readonly token: string }
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

/** How a principal stands in the audit: short, stable, without secrets. */
export function actorOf(principal: Principal): string {
  switch (principal.kind) {
    case 'anonymous':
      return 'anonymous'
    case 'operator':
      return 'operator'
    case 'admin':
      return `admin:${principal.tenant}/${principal.token}`
    case 'app':
      return `app:${principal.tenant}/${principal.app}`
    case 'publisher':
      return `publisher:${principal.name}`
  }
}
