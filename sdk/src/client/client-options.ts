import type { TokenProvider } from './token-source.ts'

export interface ClientOptions {
  /** Where the host is, such as https://signalbox.example.com. */
  readonly url: string
  /**
   * The key of the subscription, or what gives a token. In a browser give it tokens of your own server: whoever opens
   * a page reads the key that is in it.
   */
  readonly key: TokenProvider
  /** Another fetch, such as one with a proxy. */
  readonly fetch?: typeof globalThis.fetch
  /** How often a call is tried again that is safe, or has an idempotency key. Default: 2. */
  readonly retries?: number
  /** Milliseconds for a whole call with its retries and waits. Default: 30,000. */
  readonly timeoutMs?: number
}

export interface CallOptions {
  readonly signal?: AbortSignal
  /** As in ClientOptions, for this call. */
  readonly timeoutMs?: number
  /**
   * Of an operation that changes something: your own name for this change, at most 200 characters. With it the call
   * is tried again where that helps, and is done once. Keep it until you have an answer.
   */
  readonly idempotencyKey?: string
}

/** Which events of a service, and from where on. */
export interface StreamOptions {
  /** Such as `['orders.*']`; all that the contract offers, when left out. */
  readonly types?: readonly string[]
  /** Only events that were published under it. */
  readonly key?: string
  /** The `id` of the last event that was dealt with, as `place` gave it: the stream goes on behind it. */
  readonly after?: string
  readonly signal?: AbortSignal
}

/** An event of the service, and its place in the stream: keep the place to go on from there another day. */
export interface StreamedEvent {
  readonly place: string
  /** CloudEvents 1.0. */
  readonly event: Readonly<Record<string, unknown>> & {
    readonly id: string
    readonly type: string
    readonly data?: unknown
  }
}

/** What of a contract a client needs at run time. A contract file is one. */
export interface ServiceShape {
  readonly id: string
  readonly major: number
  readonly operations: Readonly<
    Record<string, { readonly safe?: boolean; readonly delivery?: 'call' | 'bytes' }>
  >
}

/** Of a service that offers events for streams, unless it has an operation of that name. */
export interface Streams {
  /**
   * The events that the contract offers for streams, each at least once; a stream that was cut off goes on behind the
   * last one. Ends when `signal` is aborted; leave the loop to end it.
   * @throws ServiceError when the host refuses it for good.
   */
  stream(options?: StreamOptions): AsyncIterable<StreamedEvent>
}
