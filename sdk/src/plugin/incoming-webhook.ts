/** What the handler of a webhook is given. It comes at least once: `id` is the same every time. */
export interface Incoming<Json = unknown> {
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly receivedAt: number
  /** `content-type`, `user-agent`, ids and names of events. */
  readonly headers: Readonly<Record<string, string>>
  /** The body, where it is JSON. */
  readonly json?: Json
  /** The body, where it is something else. */
  readonly bodyBase64?: string
}
