import type { CodedError } from '../errors/coded-error.ts'
import type { GcraLimit } from './gcra.ts'

/** What an admin gave: a capability with the parameters of the wish that was consented to. */
export interface Grant {
  readonly id: string
  readonly capability: string
  readonly parameters: Readonly<Record<string, unknown>>
}

/** What a plugin may ask of a host by one call, whatever the host does then: a real one and that of tests read this. */
export interface CallRule {
  /** Null: always there, as the log is; then `covers` is not asked and the grant is empty. */
  readonly capability: string | null
  /** Whether this grant covers this request; a plugin may hold several grants of one capability. */
  readonly covers: (grant: Grant, request: never) => boolean
  /** What is told where grants are held and none covers the request; without it, that the grant is missing. */
  readonly refusal?: (held: readonly Grant[], request: never, who: Asker) => CodedError
  /** The grants as the tenant's settings complete them, at the moment of the call; as they were given, without it. */
  readonly settle?: (grants: readonly Grant[], configJson: () => string) => readonly Grant[]
  readonly schema: Readonly<Record<string, unknown>>
  /** Whether this request may change anything: then the guest's call is not run twice. */
  readonly hasEffect: (request: never) => boolean
  /** How often a plugin may ask in a tenant, on each node; without it, only the limits of a call hold. */
  readonly budget?: GcraLimit
  /** What of the grant was used, such as the operation that was called: by it a grant can be narrowed. */
  readonly facet?: (request: never) => string
}

/** Whom a refusal names. */
export interface Asker {
  readonly plugin: string
  readonly tenant: string
}
