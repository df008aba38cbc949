/** The event that led to another. */
export interface EventOrigin {
  readonly correlationId: string
  readonly causationId: string
  /** How many events led here; 16 are the most. */
  readonly hops: number
}

/** CloudEvents 1.0 in JSON, with the extension attributes that the host sets. */
export interface CloudEvent {
  readonly specversion: '1.0'
  /** With `source` unique in the tenant: an event that comes twice is known by it. */
  readonly id: string
  /** `/plugins/{plugin}`, or `/tenants/{tenant}/apps/{app}` and what the app says below it. */
  readonly source: string
  /** Of a plugin, the version that published it: stable and canary may say different things. */
  readonly sourceversion?: string
  readonly type: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  /** Events of one key reach a plugin one after the other, in the order they were published. */
  readonly partitionkey?: string
  /** The id of the event that all this began with. */
  readonly correlationid: string
  /** The id of the event that was handled when this one was published. */
  readonly causationid?: string
  /** How many events led here, this one included. */
  readonly hops: number
  readonly traceparent: string
  readonly data: unknown
}

/** An event on its way into the log. */
export interface NewEvent {
  readonly tenant: string
  readonly type: string
  readonly source: string
  readonly id: string
  readonly key: string | null
  /** The CloudEvent as JSON text. */
  readonly event: string
  /** Milliseconds since the epoch. */
  readonly publishedAt: number
}

/** Two plugins that answer each other's events would go on for ever. */
export const MAX_HOPS = 16

/** Of `data` as JSON in UTF-8: what is larger belongs into a table or a file that the event names. */
export const MAX_DATA_BYTES = 64 * 1024

/** Of lists and objects within each other: what is deeper cannot be written as JSON without running out of stack. */
export const MAX_DEPTH = 64

export const MAX_KEY_LENGTH = 200

/** What an event says, and where it comes from. */
export interface EventParts {
  readonly id: string
  readonly source: string
  /** Of a plugin, the version that speaks. */
  readonly version?: string
  readonly type: string
  readonly key: string | undefined
  readonly data: unknown
  readonly at: number
  readonly traceparent: string
  readonly origin: EventOrigin | undefined
  /** Attributes of the sender's own. */
  readonly extensions?: Readonly<Record<string, unknown>>
}

/** Hops of an event that is published where `origin` led; see MAX_HOPS. */
export function hopsOf(origin: EventOrigin | undefined): number {
  return (origin?.hops ?? 0) + 1
}

export function cloudEvent(parts: EventParts): CloudEvent {
  const { id, source, version, type, key, data, at, traceparent, origin } = parts
  return {
    ...parts.extensions,
    specversion: '1.0',
    id,
    source,
    ...(version === undefined ? {} : { sourceversion: version }),
    type,
    time: new Date(at).toISOString(),
    datacontenttype: 'application/json',
    ...(key === undefined ? {} : { partitionkey: key }),
    correlationid: origin?.correlationId ?? id,
    ...(origin === undefined ? {} : { causationid: origin.causationId }),
    hops: hopsOf(origin),
    traceparent,
    data,
  }
}

export function newEvent(tenant: string, event: CloudEvent, publishedAt: number): NewEvent {
  return {
    tenant,
    type: event.type,
    source: event.source,
    id: event.id,
    key: event.partitionkey ?? null,
    event: JSON.stringify(event),
    publishedAt,
  }
}

/** What a handler of this event publishes in turn says of where it comes from. */
export function originOf(event: CloudEvent): EventOrigin {
  return { correlationId: event.correlationid, causationId: event.id, hops: event.hops }
}

export function pluginSource(plugin: string): string {
  return `/plugins/${plugin}`
}
