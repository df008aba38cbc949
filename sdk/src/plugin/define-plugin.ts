import type { Context } from './context.ts'
import type { PluginOf, PluginTypes } from './plugin-types.ts'

/** Handles one operation of a data service. Input and output are what the contract's schemas say. */
// biome-ignore lint/suspicious/noExplicitAny: an author types input by the contract; `unknown` would refuse every such handler
export type Operation = (input: any, ctx: Context<any>) => unknown

/** A pure function for rules, metrics and queries: no `ctx`, same answer for the same arguments. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export type Udf = (...args: any[]) => unknown

/** Handles what comes to the plugin unasked. It may come more than once: `id` is the same every time. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export type Handler = (incoming: any, ctx: Context<any>) => unknown

export interface Plugin {
  /** Data services by id, and in each its operations by name. */
  readonly services?: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly udfs?: Readonly<Record<string, Udf>>
  /**
   * Events by type, each with a grant of `event:subscribe`; `signalbox.contributions.changed` needs none.
   * With one for a family, such as `signalbox.rollout.*`, its handler has that name, and the event's `type` says which it was.
   */
  readonly on?: Readonly<Record<string, Handler>>
  /** Jobs by id, with a grant of `job:schedule`. */
  readonly jobs?: Readonly<Record<string, Handler>>
  /** Webhooks by path, each with a grant of `http:receive`. */
  readonly webhooks?: Readonly<Record<string, Handler>>
  /** Handlers that it puts into extension points of others, by point and then by the name its value gives. */
  readonly contributions?: Readonly<Record<string, Readonly<Record<string, Handler>>>>
  /** Runs before a version serves its first request; throws when the version must not serve. */
  readonly selfTest?: (ctx: Context) => unknown
}

/** Turns a misspelt key into a compile error: a generic parameter would accept it. */
type NoOtherKeys<P> = { readonly [Key in Exclude<keyof P, keyof Plugin>]: never }

/**
 * Declares what a plugin does; the manifest declares what it may. The default export of the plugin's entry.
 *
 * With the types that `signalbox pack --types` writes, `definePlugin<Signalbox>({ … })` compiles only where each operation,
 * event, job, webhook and function of the manifest has a handler of its type, and no other is there.
 * @returns the same table, frozen, with its handlers' types kept.
 */
export function definePlugin<const P extends Plugin>(plugin: P & NoOtherKeys<P>): P
export function definePlugin<T extends PluginTypes>(plugin: PluginOf<T>): PluginOf<T>
export function definePlugin(plugin: object): object {
  return Object.freeze(plugin)
}
