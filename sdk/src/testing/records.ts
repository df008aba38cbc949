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
