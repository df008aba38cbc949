import type { CodedError } from '@signalbox/sdk/errors'
import type { GcraLimit } from '../gateway/gcra.ts'
import type { Grant } from '../rollout/routing/snapshot.ts'
import type { CallScope } from './call-scope.ts'
import type { Moved } from './uses/grant-uses.ts'

/** What a plugin may ask of the host, once per host call name. */
export interface HostCall {
  /** Null: always there, as the log is; then `covers` is not asked and the grant is empty. */
  readonly capability: string | null
  /** Whether this grant covers this request; a plugin may hold several grants of one capability. */
  readonly covers: (grant: Grant, request: never) => boolean
  /** What is told where grants are held and none covers the request; without it, that the grant is missing. */
  readonly refusal?: (held: readonly Grant[], request: never, who: Refused) => CodedError
  /** The grants as the tenant's settings complete them, at the moment of the call; as they were given, without it. */
  readonly settle?: (grants: readonly Grant[], configJson: () => string) => readonly Grant[]
  readonly schema: Readonly<Record<string, unknown>>
  /** Whether this request may change anything: then the guest's call is not run twice. */
  readonly hasEffect: (request: never) => boolean
  /** How often a plugin may ask in a tenant, on each node; without it, only the limits of a call hold. */
  readonly budget?: GcraLimit
  /** What of the grant was used, such as the operation that was called: by it a grant can be narrowed. */
  readonly facet?: (request: never) => string
  /** How much content the plugin sent and received, for who watches the host. */
  readonly moved?: (request: never, answer: never) => Moved
  /** Grants of other capabilities that the request uses too: they count as used. */
  readonly leansOn?: (call: GrantedCall<never>) => readonly Grant[]
  /** For an effect beyond the plugin's own data. Its entry is durable before the effect; undefined: none. */
  readonly audit?: (
    call: GrantedCall<never>,
  ) => EffectNote | undefined | Promise<EffectNote | undefined>
  /** @param call its grant covers the request: what it allows is read from it, not from the manifest */
  readonly run: (call: GrantedCall<never>) => Promise<unknown>
}

/** Whom a refusal names. */
export interface Refused {
  readonly plugin: string
  readonly tenant: string
}

export interface GrantedCall<Request> {
  readonly scope: CallScope
  readonly request: Request
  readonly grant: Grant
  /** All grants of the plugin in this tenant, where one capability leans on another. */
  readonly grants: readonly Grant[]
  readonly signal: AbortSignal
}

/** What the audit says of an effect; never a secret, never what only the plugin may know. */
export interface EffectNote {
  readonly subject: string
  readonly detail: Readonly<Record<string, unknown>>
}
