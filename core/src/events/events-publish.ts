import type { GrantedCall, HostCall } from '../broker/host-call.ts'
import type { Grant } from '../rollout/routing/snapshot.ts'
import { MAX_KEY_LENGTH } from './cloud-event.ts'
import { coversType, type EventPublisher, type EventWish } from './event-publisher.ts'

/** No control characters, and no half of a surrogate pair: what PostgreSQL would store is what was said. */
const wordSchema = {
  type: 'string',
  minLength: 1,
  maxLength: MAX_KEY_LENGTH,
  pattern: '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]*$',
} as const

/** A line that reports each piece, for a plugin in a tenant on each node. Beyond it, one event names many things. */
const BUDGET = { ratePerS: 1000, burst: 2000 } as const

/** What of an event its plugin says. */
export const eventWishSchema = {
  type: 'object',
  required: ['type', 'data'],
  additionalProperties: false,
  properties: {
    type: { type: 'string', minLength: 1, maxLength: 100 },
    data: {},
    key: wordSchema,
    id: wordSchema,
  },
} as const

/** `ctx.events.publish`: an event of a type that the plugin declares, for whoever subscribed in this tenant. */
export function eventsPublish(publisher: () => Pick<EventPublisher, 'publish'>): HostCall {
  return {
    capability: 'event:publish',
    covers: (grant: Grant, { type }: EventWish) => coversType(grant, type),
    schema: eventWishSchema,
    hasEffect: () => true,
    budget: BUDGET,
    facet: ({ type }: EventWish) => type,
    run: async ({ scope, request, grants, signal }: GrantedCall<EventWish>) => {
      signal.throwIfAborted()
      return { id: await publisher().publish({ scope, grants }, request) }
    },
  }
}
