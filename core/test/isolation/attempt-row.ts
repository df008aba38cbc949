import type { Attempt } from '../fixtures/intruder-plugin/src/attempt.ts'
import type { Belongings, World } from './world.ts'

/** Who attacks: a plugin of the victim's own tenant, the same plugin in another tenant, or another tenant's people. */
export type From = 'neighbour' | 'stranger' | 'outsider'

/** All that an attacker could have found out: names and addresses are no secrets. */
export interface Known {
  readonly world: World
  /** Of the victim, in acme. */
  readonly victim: Belongings
  /** Of the attacker's own plugin in acme: what the stranger is after. */
  readonly twin: Belongings
  /** Name of the attacker's plugin: `intruder`, or `insider` as the trusted tier. */
  readonly me: string
}

export interface HttpAttempt {
  readonly as: 'admin' | 'app' | 'nobody'
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** One attempt; what must not come back is any canary that the attacker may not know, and any change of the victim's. */
export interface AttemptRow {
  readonly name: string
  readonly capability: string
  readonly from: From
  /** What it is after: the kinds of canaries, or an effect. */
  readonly after: string
  /** Of a plugin. */
  readonly tries?: (known: Known) => Attempt
  /** Of an outsider. */
  readonly asks?: (known: Known) => HttpAttempt
  /** `fetch` of a trusted version is Node's own: the operator's list is what holds it, not the broker. */
  readonly sandboxOnly?: true
  /** Who owns it gets it by the very same attempt: the judge must see that. */
  readonly worksFor?: 'victim' | 'twin' | 'admin'
}

/** A table of SQL is a table of names and statements. */
export const call = (name: string, ...given: readonly unknown[]): Attempt => ({
  call: name,
  with: given,
})
