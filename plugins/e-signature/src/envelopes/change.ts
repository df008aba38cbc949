import type { EventWish } from '@signalbox/sdk'
import type { Note } from '../evidence/chain.ts'
import type { Envelope } from './envelope.ts'

/** When and by whom something is done. */
export interface Scene {
  readonly at: string
  readonly who: string
}

/** What a command makes of an envelope, what of it stands in the chain of evidence, and who is told. */
export interface Change {
  readonly envelope: Envelope
  readonly notes: readonly Note[]
  readonly events: readonly EventWish[]
}

export const unchanged = (envelope: Envelope): Change => ({ envelope, notes: [], events: [] })

/** One change after the other, as one. */
export function then(first: Change, next: (envelope: Envelope) => Change): Change {
  const second = next(first.envelope)
  return {
    envelope: second.envelope,
    notes: [...first.notes, ...second.notes],
    events: [...first.events, ...second.events],
  }
}

/** The contract that an envelope makes, where its template says that it makes one. */
export function contractOf({ envelope, contract }: Envelope): string | undefined {
  return contract === undefined ? undefined : envelope.replace(/^env_/, 'con_')
}

/** An event of an envelope; all of one come in order. */
export function told(
  envelope: Envelope,
  type: string,
  at: string,
  data: Readonly<Record<string, unknown>>,
): EventWish {
  const { envelope: id, title, orderId } = envelope
  const contract = contractOf(envelope)
  const about = {
    envelope: id,
    title,
    ...(orderId === undefined ? {} : { orderId }),
    ...(contract === undefined ? {} : { contract }),
  }
  return { type, data: { ...about, ...data, at }, key: id }
}
