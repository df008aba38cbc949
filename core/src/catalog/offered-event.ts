import type { Contract } from '@signalbox/sdk/contract'

export type EventDelivery = 'stream' | 'webhook'

/** A type of event that subscribers of a service hear. */
export interface OfferedEvent {
  readonly service: string
  readonly major: number
  readonly type: string
  readonly delivery: readonly EventDelivery[]
}

const BOTH: readonly EventDelivery[] = ['stream', 'webhook']

/** What the contracts of one version offer. */
export function offeredEvents(
  contracts: Readonly<Record<string, Contract>>,
): readonly OfferedEvent[] {
  return Object.values(contracts).flatMap(({ id, major, events = [] }) =>
    events.map(({ type, delivery = BOTH }) => ({
      service: id,
      major,
      type,
      delivery: delivery as readonly EventDelivery[],
    })),
  )
}
