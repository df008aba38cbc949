import type { CallRule, Grant } from '@signalbox/sdk/host-calls/call-rule'
import type { CallScope } from './call-scope.ts'
import type { Moved } from './uses/grant-uses.ts'

/** What a plugin may ask of this host, once per host call name: by a rule, and what is done then. */
export interface HostCall extends CallRule {
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
