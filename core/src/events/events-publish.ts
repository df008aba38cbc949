import { type EventWish, eventsPublishRule } from '@signalbox/sdk/host-calls/event-rules'
import type { GrantedCall, HostCall } from '../broker/host-call.ts'
import type { EventPublisher } from './event-publisher.ts'

/** `ctx.events.publish`: an event of a type that the plugin declares, for whoever subscribed in this tenant. */
export function eventsPublish(publisher: () => Pick<EventPublisher, 'publish'>): HostCall {
  return {
    ...eventsPublishRule,
    run: async ({ scope, request, grants, signal }: GrantedCall<EventWish>) => {
      signal.throwIfAborted()
      return { id: await publisher().publish({ scope, grants }, request) }
    },
  }
}
