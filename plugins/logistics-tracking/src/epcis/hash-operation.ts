import { Refusal, scalar } from '@signalbox/sdk'
import { readContext } from './context.ts'
import type { EpcisEvent } from './document.ts'
import { type EventHash, eventHash } from './event-hash/event-hash.ts'

/** What the answer of the operation holds. */
const MOST_TEXT = 20_000

interface HashRequest {
  readonly event: EpcisEvent
  /** Of the document that the event is from; an event may have one of its own. */
  readonly context?: readonly unknown[]
}

/** The hash of one event, kept or not. @throws Refusal EVENT_INVALID, EPCIS_TOO_LARGE, CONTEXT_REMOTE, CONTEXT_INVALID */
export function hash({ event, context }: HashRequest): EventHash {
  const found = hashOf(event, context)
  if (found.preHash.length > MOST_TEXT) {
    throw new Refusal(
      'EPCIS_TOO_LARGE',
      `The pre-hash string has more than ${MOST_TEXT} characters.`,
    )
  }
  return found
}

/** `epcis_event_hash(event)`: an event as JSON, with `@context` in it where it uses prefixes of its own. */
export const hashUdf = scalar(
  { args: ['json'], returns: 'utf8' },
  (event) => hashOf(event as EpcisEvent).hash,
)

function hashOf(event: EpcisEvent, context?: unknown): EventHash {
  if (typeof event !== 'object' || event === null || typeof event['type'] !== 'string') {
    throw new Refusal('EVENT_INVALID', 'Give one event of EPCIS 2.0 with its type.')
  }
  return eventHash(event, readContext(event['@context'], readContext(context)))
}
