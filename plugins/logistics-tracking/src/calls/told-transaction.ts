import type { Context, EventWish, Statement } from '@signalbox/sdk'

type Port = Pick<Context, 'db' | 'events' | 'log'>

/** The most that a transaction publishes. */
export const MOST_EVENTS = 64

/**
 * Statements with the events that tell of them, all or none; of more events than a transaction publishes the rest follow it. A tenant
 * that granted no events has its rows all the same.
 */
export async function toldTransaction(
  { db, events: told, log }: Port,
  statements: readonly Statement[],
  events: readonly EventWish[],
): Promise<void> {
  try {
    const first = events.slice(0, MOST_EVENTS)
    await db.transaction(statements, first.length === 0 ? {} : { events: first })
    for (const { type, data, ...options } of events.slice(MOST_EVENTS)) {
      await told.publish(type, data, options)
    }
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== 'CORE_GRANT_MISSING') throw error
    log.warn('Events are not granted: what they tell of is kept, and nobody hears of it', {
      types: [...new Set(events.map(({ type }) => type))],
    })
    await db.transaction(statements)
  }
}
