import type { Context, Secrets } from './context.ts'

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

/** As of the sandbox, and the secret itself for what the host does not send, such as a password of SMTP. */
export interface TrustedSecrets extends Secrets {
  /**
   * The value that the tenant set. Needs a grant of `secret:use` with `reveal`; each time stands in the audit before
   * the answer, at most 5 a second, 100 at once. Ask for it when it is needed and keep it no longer: a new value, or
   * a grant taken back, holds from the next time on. Nothing the host writes down holds it; see that your errors and
   * your log do not either.
   * @throws `CORE_GRANT_MISSING`, `CORE_SECRET_NOT_SET`, `CORE_BUDGET_SPENT`
   */
  reveal(name: string): Promise<string>
}

/** What a handler of the trusted tier is given: all that one of the sandbox is, and what a process can have. */
export interface TrustedContext<Config = unknown> extends Context<Config> {
  readonly secrets: TrustedSecrets
  readonly net: {
    /**
     * Where a socket of the plugin's own may go for a host that a tenant named: the addresses of a name, or the
     * address itself. They are public, or the operator named the host, or the range, in `SIGNALBOX_FETCH_ALLOW`:
     * what `fetch` is held to. Connect to one of them, not to the name, which may lead elsewhere a moment later.
     * @throws `CORE_FETCH_ADDRESS_REFUSED`; `CORE_FETCH_FAILED` for a name that has no address;
     * `CORE_FETCH_TIMEOUT`, `CORE_BUDGET_SPENT`
     */
    addresses(host: string, port: number): Promise<readonly string[]>
  }
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
