import type { Context, EventWish, Statement } from '@signalbox/sdk'
import { drawId } from './draw-id.ts'

type Port = Pick<Context, 'db' | 'log' | 'tenant' | 'now' | 'random'>

/** The most that a transaction publishes. */
export const MOST_EVENTS = 64

/**
 * Statements with the events that tell of them, all or none. Events beyond what a transaction publishes are written down with it and
 * told right after it, or by `tellLeft` where that is cut short. A tenant that granted no events has its rows all the same.
 * @returns how many rows each statement was of
 */
export async function toldTransaction(
  port: Port,
  statements: readonly Statement[],
  events: readonly EventWish[],
): Promise<readonly number[]> {
  const { db, log } = port
  const first = events.slice(0, MOST_EVENTS)
  const rest = events.slice(MOST_EVENTS)
  const all = rest.length === 0 ? statements : [...statements, leave(port, rest)]
  try {
    const answers = await db.transaction(all, first.length === 0 ? {} : { events: first })
    if (rest.length > 0) await tellLeft(port)
    return answers.map(({ rowCount }) => rowCount)
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== 'CORE_GRANT_MISSING') throw error
    log.warn('Events are not granted: what they tell of is kept, and nobody hears of it', {
      types: [...new Set(events.map(({ type }) => type))],
    })
    return (await db.transaction(statements)).map(({ rowCount }) => rowCount)
  }
}

function leave(port: Port, events: readonly EventWish[]): Statement {
  const change = drawId(port, 'told')
  const rows = events.map((event, place) => ({ id: `${change}-${place}`, place, event }))
  return {
    sql: `insert into events_left (tenant, id, change, left_at_ms, place, event)
          select $1, x.id, $4, $2, x.place, x.event from jsonb_to_recordset($3::jsonb) as x (id text, place integer, event jsonb)`,
    parameters: [port.tenant, port.now(), JSON.stringify(rows), change],
  }
}

interface LeftRow {
  readonly id: string
  readonly event: EventWish
}

/** Tells what earlier changes left to be told, each once: it is told with the commit that forgets it. */
export async function tellLeft({ db }: Pick<Context, 'db'>): Promise<void> {
  for (;;) {
    const { rows } = await db.query<LeftRow>(
      `select id, event from events_left order by left_at_ms, change, place limit ${MOST_EVENTS}`,
    )
    if (rows.length === 0) return
    const ids = rows.map(({ id }) => id)
    const forget = { sql: 'delete from events_left where id = any($1)', parameters: [ids] }
    try {
      const events = rows.map(({ event }) => event)
      await db.transaction([{ ...forget, rows: ids.length }], { events })
    } catch (error) {
      // Another tells them just now.
      const { code } = error as { readonly code?: unknown }
      if (code === 'CORE_SQL_ROWS_UNEXPECTED' || code === 'CORE_SQL_CONFLICT') return
      throw error
    }
  }
}
