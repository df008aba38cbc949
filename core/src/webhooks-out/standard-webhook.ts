import { createHash, createHmac } from 'node:crypto'

/** Standard Webhooks 1.0: what is signed is `id.timestamp.body`, by HMAC-SHA256 with the secret behind `whsec_`. */

const PREFIX = 'whsec_'

export function secretText(key: Buffer): string {
  return PREFIX + key.toString('base64')
}

/** Ids of events that the host drew itself; they hold no dot, which divides what is signed. */
const DRAWN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * `webhook-id`: the id of the event. Who publishes an event may choose its id, which is unique only together with its
 * source: then it is a digest of both, so that a receiver that remembers ids takes no two events for one.
 */
export function messageIdOf(source: string, id: string): string {
  if (DRAWN_ID.test(id)) return id
  const digest = createHash('sha256')
    .update(JSON.stringify([source, id]))
    .digest('hex')
  return `msg_${digest.slice(0, 32)}`
}

export interface SignedRequest {
  readonly id: string
  readonly body: string
  /** Seconds since the epoch. */
  readonly timestamp: number
  /** In force; while a secret is exchanged the old one too. */
  readonly keys: readonly Buffer[]
}

/** @returns the headers of Standard Webhooks */
export function webhookHeaders({ id, body, timestamp, keys }: SignedRequest) {
  const signed = `${id}.${timestamp}.${body}`
  const signatures = keys.map(
    (key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
  )
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  } as const
}
