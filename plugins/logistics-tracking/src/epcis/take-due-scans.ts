import type { Context, Statement } from '@signalbox/sdk'
import { type ScannedEvent, scansOf, type TakeScans } from './scan-feed.ts'

interface DueEvent extends ScannedEvent {
  readonly erroneous: boolean
}

/** An event may name a thousand units, and an answer of the database has an end. */
const EVENTS_AT_ONCE = 50
/** Of a call, for its answer. */
const ROOM_MS = 1500

/** Takes what events say of units on their way, those first that came first; what is left when the time is over is left to a job. */
export async function takeDueScans(ctx: Context, takeScans: TakeScans): Promise<void> {
  const untilMs = ctx.deadline - ROOM_MS
  let most = EVENTS_AT_ONCE
  for (;;) {
    const events = await readDue(ctx, most)
    if (events === undefined) {
      most = Math.ceil(most / 2)
      continue
    }
    if (events.length === 0) return
    if (ctx.now() >= untilMs || ctx.signal.aborted) break
    const scans = events.flatMap((event) => scansOf(event, event.erroneous))
    await takeScans(ctx, scans, [taken(events)])
  }
  await ctx.jobs.schedule('take-epcis-scans', { key: 'due', afterMs: 0 })
}

/** @returns undefined where fewer are to be asked for */
async function readDue({ db }: Context, most: number): Promise<readonly DueEvent[] | undefined> {
  try {
    const { rows } = await db.query<DueEvent>(
      `select event, event_type, at_ms, biz_step, disposition, read_point, biz_location, body, erroneous from epcis_events
        where scans_due order by recorded_ms, event limit $1`,
      [most],
    )
    return rows.map((row) => ({ ...row, at_ms: Number(row.at_ms) }))
  } catch (error) {
    const { code } = error as { readonly code?: unknown }
    if (code !== 'CORE_SQL_RESULT_TOO_LARGE' || most === 1) throw error
    return undefined
  }
}

/** One that was declared wrong meanwhile is due again. */
function taken(events: readonly DueEvent[]): Statement {
  return {
    sql: `update epcis_events e set scans_due = false
            from jsonb_to_recordset($1::jsonb) as x (event text, erroneous boolean)
           where e.event = x.event and e.erroneous = x.erroneous`,
    parameters: [JSON.stringify(events.map(({ event, erroneous }) => ({ event, erroneous })))],
  }
}
