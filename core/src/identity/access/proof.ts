import type { UserPrincipal } from '../principal.ts'

/** What a secret was found to prove. */
export interface Proof {
  readonly tenant: string
  readonly user: string
  readonly isService: boolean
  /** The session's or the token's. */
  readonly id: string
  /** Milliseconds that are left of it. */
  readonly leftMs: number
  readonly scope: UserPrincipal['scope']
  /** Of a session that came by its present cookie. */
  readonly session?: { readonly csrf: string; readonly rotatesInMs: number } | undefined
}
