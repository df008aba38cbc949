import { type NotifyRequest, notifySendRule } from '@signalbox/sdk/host-calls/notify-rules'
import { lateValidator } from '@signalbox/sdk/schema'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { RunEntry } from '../broker/entry-call.ts'
import type { GrantedCall, HostCall } from '../broker/host-call.ts'
import { callContributor } from '../contributions/call-contributor.ts'
import { type Asker, type Contribution, contributionsTo } from '../contributions/contributions.ts'
import { coreErrors } from '../errors.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import { type Channel, channelSchema, NOTIFY_POINT } from './notify-point.ts'

interface Ports {
  readonly snapshot: () => Snapshot
  readonly runEntry: RunEntry
}

const isChannel = lateValidator(() => new Ajv2020({ strict: true }).compile(channelSchema))

/** `ctx.notify.send`: a message to people, through whichever plugin of the tenant offers the channel. */
export function notifySend({ snapshot, runEntry }: Ports): HostCall {
  return {
    ...notifySendRule,
    // How many, not who: the audit is read by more people than a message is.
    audit: ({ request: { channel, to } }: GrantedCall<NotifyRequest>) => ({
      subject: `channel ${channel}`,
      detail: { recipients: to.length },
    }),
    run: async (granted: GrantedCall<NotifyRequest>) => {
      const { channel, ...message } = granted.request
      const { plugin, handler } = channelOf(snapshot(), channel, granted.scope)
      return callContributor(runEntry, granted, {
        plugin,
        point: NOTIFY_POINT,
        handler,
        input: message,
      })
    },
  }
}

/** @throws CORE_CHANNEL_MISSING; CORE_CHANNEL_AMBIGUOUS: a message must not go where nobody chose */
function channelOf(
  snapshot: Snapshot,
  channel: string,
  asker: Asker,
): { readonly plugin: string; readonly handler: string } {
  const found = contributionsTo(snapshot, NOTIFY_POINT, asker).filter(
    (one): one is Contribution & { readonly value: Channel } =>
      isChannel()(one.value) && (one.value as Channel).channel === channel,
  )
  const [first, second] = found
  if (first === undefined) throw coreErrors.create('CHANNEL_MISSING', { channel })
  if (second !== undefined) {
    const plugins = found.map(({ plugin }) => plugin).join(', ')
    throw coreErrors.create('CHANNEL_AMBIGUOUS', { channel, plugins })
  }
  return { plugin: first.plugin, handler: first.value.handler }
}
