import type { CallRule, Grant } from './call-rule.ts'

export interface NotifyRequest {
  readonly channel: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly data?: unknown
}

export const channelNameSchema = {
  type: 'string',
  pattern: '^[a-z][a-z0-9_-]*$',
  maxLength: 60,
} as const

/** `ctx.notify.send`: a message to people, through whichever plugin of the tenant offers the channel. */
export const notifySendRule = {
  capability: 'notify:send',
  covers: (grant: Grant, { channel }: NotifyRequest) => grant.parameters['channel'] === channel,
  schema: {
    type: 'object',
    required: ['channel', 'to', 'subject', 'text'],
    additionalProperties: false,
    properties: {
      channel: channelNameSchema,
      to: {
        type: 'array',
        minItems: 1,
        maxItems: 50,
        items: { type: 'string', minLength: 1, maxLength: 320, pattern: '^[^\\u0000-\\u001f]*$' },
      },
      // A line break in a subject would begin a header of its own in a mail.
      subject: { type: 'string', minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f]*$' },
      text: { type: 'string', maxLength: 20_000 },
      data: {},
    },
  },
  hasEffect: () => true,
  budget: { ratePerS: 1, burst: 60 },
  facet: ({ channel }: NotifyRequest) => channel,
} as const satisfies CallRule
