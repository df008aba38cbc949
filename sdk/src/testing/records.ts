import type { CloudEvent } from '../host-calls/cloud-event.ts'

/** An event that the plugin published, as whoever subscribed would get it. */
export type PublishedEvent = CloudEvent

export interface SentMessage {
  readonly channel: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly data?: unknown
}

export interface MeteredUse {
  readonly unit: string
  readonly n: number
}

export interface LogRecord {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly fields?: unknown
}

/** A blob of the plugin, as its test may look at it. */
export interface KeptBlob {
  readonly type: string
  readonly bytes: Uint8Array
}

/** A link that the plugin shared. */
export interface SharedLink {
  readonly id: string
  readonly url: string
  /** `service/operation` of the plugin. */
  readonly operation: string
  /** What the plugin fixed of the input. */
  readonly input: Readonly<Record<string, unknown>>
  readonly expiresAt: string
  readonly isRevoked: boolean
}
