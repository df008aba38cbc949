import type { Context } from '@signalbox/sdk'
import { nowText } from '../calls/instant-text.ts'
import { type Envelope, type Recipient, withRecipient } from '../envelopes/envelope.ts'
import { changeEnvelope } from '../envelopes/envelope-store.ts'
import { settingsOf } from '../settings.ts'

const HOUR_S = 3600
/** As the manifest asks for. */
const LONGEST_S = 90 * 24 * HOUR_S
/** Signed documents can be fetched by the link for a while after the envelope is over. */
const AFTER_S = 30 * 24 * HOUR_S
/** Living links are the tenant's and few: of a recipient the newest ones count. */
const MOST_DOORS = 6

export const HOST = 'host:e-signature'

/** A link by which somebody looks at what he is to sign. */
async function openDoor(ctx: Context, { envelope, expiresAt }: Envelope, { recipient }: Recipient) {
  const left = Math.ceil((Date.parse(expiresAt) - ctx.now()) / 1000)
  const ttlS = Math.min(LONGEST_S, Math.max(HOUR_S, left) + AFTER_S)
  return ctx.links.share('signature.envelopes/signerView', { envelope, recipient }, { ttlS })
}

/** Where to go: the page of the tenant with the link in its fragment, or the link itself. */
function addressOf(config: unknown, url: string): string {
  const { signerPage } = settingsOf(config)
  return signerPage === undefined ? url : `${signerPage}#${encodeURIComponent(url)}`
}

export interface Wording {
  readonly subject: string
  readonly text: string
}

/**
 * Tells somebody whose turn it is, and keeps that he was told. He is told first: twice after a crash, but never not at all.
 * @param words what a message with this address says
 * @param change what being told makes of him; undefined: he need not be told any more
 */
async function tell(
  ctx: Context,
  envelope: Envelope,
  recipient: Recipient,
  what: 'invited' | 'reminded',
  words: (address: string) => Wording,
  change: (now: Recipient, at: string) => Partial<Recipient> | undefined,
): Promise<boolean> {
  const { recipient: id } = recipient
  const isByLink = recipient.email !== undefined || recipient.phone !== undefined
  const door = isByLink ? await openDoor(ctx, envelope, recipient) : undefined
  try {
    if (door !== undefined) await write(ctx, recipient, words(addressOf(ctx.config, door.url)))
  } catch (error) {
    if (door !== undefined) await ctx.links.revoke(door.id)
    const { code = 'unknown' } = error as { code?: string }
    ctx.log.warn('a signer could not be told', { envelope: envelope.envelope, recipient: id, code })
    return false
  }
  let isTold = false
  let old: readonly string[] = []
  await changeEnvelope(ctx, envelope.envelope, (seen) => {
    const now = seen.recipients.find((one) => one.recipient === id)
    const at = nowText(ctx)
    const told = now === undefined ? undefined : change(now, at)
    isTold = now !== undefined && told !== undefined
    if (now === undefined || told === undefined) return undefined
    const doors = door === undefined ? now.doors : [...now.doors, door.id]
    old = doors.slice(0, -MOST_DOORS)
    return {
      envelope: withRecipient(seen, id, { ...told, doors: doors.slice(-MOST_DOORS) }),
      notes: [
        {
          what,
          who: HOST,
          data: { recipient: id, by: channelOf(recipient), link: door?.id ?? null },
        },
      ],
      events: [],
    }
  })
  if (!isTold && door !== undefined) await ctx.links.revoke(door.id)
  for (const one of old) await ctx.links.revoke(one)
  return isTold
}

export async function invite(
  ctx: Context,
  envelope: Envelope,
  recipient: Recipient,
): Promise<boolean> {
  const { title, expiresAt } = envelope
  const day = expiresAt.slice(0, 10)
  const words = (address: string) => ({
    subject: line(`请签署 Please sign: ${title}`),
    text: [
      `${recipient.name}：`,
      `请于 ${day} 前签署《${title}》。`,
      `${recipient.name}, please sign “${title}” by ${day} (UTC).`,
      address,
      '请勿转发此链接。Do not pass this link on: it is yours alone.',
    ].join('\n\n'),
  })
  return tell(ctx, envelope, recipient, 'invited', words, (now, at) =>
    now.state === 'waiting' ? { state: 'notified', notifiedAt: at } : undefined,
  )
}

export async function remindOne(
  ctx: Context,
  envelope: Envelope,
  recipient: Recipient,
): Promise<boolean> {
  const { title, expiresAt, policy } = envelope
  const day = expiresAt.slice(0, 10)
  const words = (address: string) => ({
    subject: line(`催签 Reminder: ${title}`),
    text: [
      `${recipient.name}：《${title}》等待您签署，截止 ${day}。`,
      `${recipient.name}, “${title}” waits for your signature until ${day} (UTC).`,
      address,
    ].join('\n\n'),
  })
  return tell(ctx, envelope, recipient, 'reminded', words, (now, at) =>
    waits(now) && now.reminders < policy.maxReminders && now.reminders === recipient.reminders
      ? { remindedAt: at, reminders: now.reminders + 1 }
      : undefined,
  )
}

/** Was told, and has said nothing yet. */
export function waits({ state, signing }: Recipient): boolean {
  return (state === 'notified' || state === 'viewed') && signing === undefined
}

async function write(ctx: Context, to: Recipient, { subject, text }: Wording): Promise<void> {
  const channel = channelOf(to)
  const address = channel === 'mail' ? to.email : to.phone
  if (channel === 'console' || address === undefined) return
  await ctx.notify.send({ channel, to: [address], subject, text })
}

function channelOf({ email, phone }: Recipient): 'mail' | 'sms' | 'console' {
  if (email !== undefined) return 'mail'
  return phone === undefined ? 'console' : 'sms'
}

const LONGEST_LINE = 200

/** A subject is one line. */
export function line(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, LONGEST_LINE)
}
