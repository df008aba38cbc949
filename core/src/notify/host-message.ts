import { randomBytes } from 'node:crypto'
import type { RunEntry } from '../broker/entry-call.ts'
import { contributionsTo } from '../contributions/contributions.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import { type Channel, NOTIFY_POINT } from './notify-point.ts'

interface Ports {
  readonly snapshot: () => Snapshot
  readonly runEntry: RunEntry
  readonly now: () => number
}

export interface HostMessage {
  readonly tenant: string
  readonly channel: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly traceId: string | null
}

/** A mail server that does not answer by then is left alone. */
const DEADLINE_MS = 20_000

/**
 * Sends a message of the host's own through the plugin of the tenant that offers the channel.
 * @returns false where none does, or two: a message goes nowhere that nobody chose
 * @throws what the channel's handler failed with
 */
export async function sendHostMessage(
  { snapshot, runEntry, now }: Ports,
  { tenant, channel, traceId, ...message }: HostMessage,
): Promise<boolean> {
  const requestId = randomBytes(8).toString('hex')
  const offering = contributionsTo(snapshot(), NOTIFY_POINT, { tenant, requestId }).filter(
    ({ value }) => (value as Partial<Channel> | null)?.channel === channel,
  )
  const [first] = offering
  if (first === undefined || offering.length > 1) return false
  const { outcome } = await runEntry({
    plugin: first.plugin,
    tenant,
    entry: { kind: 'contribution', point: NOTIFY_POINT, name: (first.value as Channel).handler },
    inputJson: JSON.stringify(message),
    traceId: traceId ?? randomBytes(16).toString('hex'),
    requestId,
    deadline: now() + DEADLINE_MS,
    chain: [],
  })
  if (outcome.kind === 'ok') return true
  throw outcome.kind === 'failed' ? outcome.error : new Error(outcome.code)
}
