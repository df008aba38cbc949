import type { Context } from './context.ts'

/** Where a resource of the manifest is; `url` where the operator runs it elsewhere. */
export type ResourcePlace =
  | { readonly url: string }
  | {
      readonly dataDir: string
      /** Where its program listens. */
      readonly socketPath: string
      /** Rises with each start: what an older one may still write can be told by it. */
      readonly fence: number
    }

/** What a handler of the trusted tier is given: all that one of the sandbox is, and what a process can have. */
export interface TrustedContext<Config = unknown> extends Context<Config> {
  /**
   * Aborted when the deadline of the call has passed, or a client left that bytes were sent to: nobody waits for the
   * answer any more. Give it to what takes long; the host's own calls end by themselves.
   */
  readonly signal: AbortSignal
  readonly resources: {
    /**
     * Starts the resource where it does not run, and waits until it is healthy.
     * @throws `CORE_RESOURCE_MISSING`, `CORE_RESOURCE_UNAVAILABLE`, `CORE_RESOURCE_ELSEWHERE`
     */
    get(id: string): Promise<ResourcePlace>
  }
}

/** Where the bytes of an answer come from; texts are sent in UTF-8. A `Readable` of Node is one too. */
export type ByteBody = AsyncIterable<Uint8Array | string> | ReadableStream<Uint8Array | string>

/**
 * What a handler returns for an operation whose contract says `"delivery": "bytes"`. The host asks for more as the
 * client takes it, and ends the source (`return()`, `destroy()`, `cancel()`) when the client leaves.
 */
export type ByteAnswer =
  | ByteBody
  | {
      readonly body: ByteBody
      /** What a browser saves it as; at most 200 characters, no path. */
      readonly fileName?: string
    }

/** Input and output are what the contract's schemas say. */
// biome-ignore lint/suspicious/noExplicitAny: an author types input by the contract; `unknown` would refuse every such handler
export type TrustedHandler = (input: any, ctx: TrustedContext<any>) => unknown

/** As `Plugin`, without functions over columns: those are pure, and belong into the sandbox. */
export interface TrustedPlugin {
  readonly services?: Readonly<Record<string, Readonly<Record<string, TrustedHandler>>>>
  readonly on?: Readonly<Record<string, TrustedHandler>>
  readonly jobs?: Readonly<Record<string, TrustedHandler>>
  readonly webhooks?: Readonly<Record<string, TrustedHandler>>
  readonly contributions?: Readonly<Record<string, Readonly<Record<string, TrustedHandler>>>>
  readonly selfTest?: (ctx: TrustedContext) => unknown
}

type NoOtherKeys<P> = { readonly [Key in Exclude<keyof P, keyof TrustedPlugin>]: never }

/**
 * Declares what a plugin of the trusted tier does. The default export of its entry.
 * @returns the same table, frozen.
 */
export function defineTrustedPlugin<const P extends TrustedPlugin>(plugin: P & NoOtherKeys<P>): P {
  return Object.freeze(plugin)
}
