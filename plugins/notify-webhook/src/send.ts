import type { Context } from '@signalbox/sdk'
import { requireTaken } from './answer.ts'
import { channelRefusal, refusalOf } from './channel-refusal.ts'
import { messageId, payloadOf, type Sent } from './webhook-message.ts'

/** As schemas/config.json has it; nothing where the tenant has set nothing. */
interface Settings {
  readonly url?: string
  readonly key?: string
}

type Port = Pick<Context<Settings>, 'config' | 'deadline' | 'keys' | 'now'>

/** A receiver that takes longer works before it answers: Standard Webhooks asks it not to. */
const MAX_WAIT_MS = 15_000

/** For the sender to be told, before its own time is over too. */
const MARGIN_MS = 300

/**
 * Sends a message to the tenant's address, signed by Standard Webhooks with a key of the tenant.
 * @returns the id it was sent under, and the status of the answer
 * @throws CHANNEL_NOT_SET_UP, CHANNEL_TRY_LATER, CHANNEL_REFUSED
 */
export async function send(
  message: Sent,
  ctx: Port,
): Promise<{ readonly id: string; readonly status: number }> {
  const { url, key } = ctx.config
  if (url === undefined || key === undefined) {
    throw channelRefusal('CHANNEL_NOT_SET_UP', 'Set url and key in the settings of the plugin.')
  }
  const id = messageId(message, () => crypto.randomUUID())
  const payload = payloadOf(message, ctx.now())
  try {
    const signed = await ctx.keys.sign({ usage: 'webhook', key, id, payload })
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'webhook-id': id,
        'webhook-timestamp': String(signed.timestamp),
        'webhook-signature': signed.header ?? '',
      },
      body: payload,
      redirect: 'manual',
      signal: AbortSignal.timeout(waitMs(ctx)),
    })
    requireTaken(response.status, response.headers.get('retry-after'))
    return { id, status: response.status }
  } catch (error) {
    throw refusalOf(error)
  }
}

function waitMs(ctx: Port): number {
  return Math.max(1, Math.min(MAX_WAIT_MS, ctx.deadline - ctx.now() - MARGIN_MS))
}
