import { channelNameSchema } from '@signalbox/sdk/host-calls/notify-rules'

/** The extension point of the host that channels of messages are put into. */
export const NOTIFY_POINT = 'notify/channel/v1'

/** What a channel says of itself. Its handler is given a Message, and answers when the message is on its way. */
export const channelSchema = {
  type: 'object',
  required: ['channel', 'label', 'handler'],
  additionalProperties: false,
  properties: {
    channel: channelNameSchema,
    label: {
      type: 'object',
      required: ['en'],
      properties: { en: { type: 'string' }, 'zh-CN': { type: 'string' } },
    },
    handler: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$', maxLength: 60 },
  },
} as const

export interface Channel {
  readonly channel: string
  readonly handler: string
}
