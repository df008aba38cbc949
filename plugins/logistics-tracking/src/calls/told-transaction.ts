import type { Context, EventWish, Statement } from '@signalbox/sdk'

type Port = Pick<Context, 'db' | 'log'>

/** Statements with the events that tell of them, all or none. A tenant that granted no events has its rows all the same. */
export async function toldTransaction(
  { db, log }: Port,
  statements: readonly Statement[],
  events: readonly EventWish[],
) {
  if (events.length === 0) return db.transaction(statements)
  try {
    return await db.transaction(statements, { events })
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== 'CORE_GRANT_MISSING') throw error
    log.warn('Events are not granted: what they tell of is kept, and nobody hears of it', {
      types: [...new Set(events.map(({ type }) => type))],
    })
    return db.transaction(statements)
  }
}
