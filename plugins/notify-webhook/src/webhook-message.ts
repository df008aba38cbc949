import type { Message } from '@signalbox/sdk'
import { channelRefusal } from './channel-refusal.ts'

/** A request of the host carries 190 KiB; what is signed 200,000 characters. */
const MAX_BYTES = 180_000

/** What the host signs as an id: see `webhook` of keys:sign. */
const ID = /^(?!eyJ)[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/

export type Sent = Omit<Message, 'channel'>

/**
 * The id that a receiver knows a message by. A sender that tries again names it in `data.id`, so that it is one
 * message however often it comes; without one it is drawn.
 * @throws CHANNEL_REFUSED
 */
export function messageId({ data }: Sent, draw: () => string): string {
  const { id } = Object(data) as { readonly id?: unknown }
  if (id === undefined) return `msg_${draw()}`
  if (typeof id === 'string' && ID.test(id)) return id
  throw channelRefusal(
    'CHANNEL_REFUSED',
    'data.id is 1 to 128 letters, digits, "_" and "-", the first one a letter or digit.',
  )
}

/**
 * The body, as Standard Webhooks recommends it: type, timestamp, data.
 * @throws CHANNEL_REFUSED for more than 180,000 bytes
 */
export function payloadOf({ to, subject, text, data }: Sent, now: number): string {
  const message = { to, subject, text, ...(data === undefined ? {} : { data }) }
  const payload = JSON.stringify({
    type: 'notification.message',
    timestamp: new Date(now).toISOString(),
    data: message,
  })
  if (new TextEncoder().encode(payload).length <= MAX_BYTES) return payload
  throw channelRefusal('CHANNEL_REFUSED', `The message has more than ${MAX_BYTES} bytes as JSON.`)
}
