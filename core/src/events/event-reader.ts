import type { Knex } from 'knex'

/** An event of the log. */
export interface LoggedEvent {
  /** Its place in the log: who has seen it goes on behind it. */
  readonly sequence: string
  readonly type: string
  readonly key: string | null
  /** The CloudEvent as JSON text. */
  readonly event: string
}

export interface EventsWanted {
  readonly tenant: string
  /** Exact. */
  readonly types: readonly string[]
  /** Undefined: of all keys, and of none. */
  readonly key?: string | undefined
}

/**
 * Events that one read looks over: types that are rare among many others cost some milliseconds each time, and not the
 * whole of a week's log.
 */
const LOOKED_OVER = 2000

/**
 * What a tenant's log has behind a place, in its order. Numbers are committed in the order they are drawn (see
 * event-log-store.ts), so nothing appears later in front of what was read.
 * @param after a sequence, as text: beyond what a number holds
 * @returns at most `limit` events, and the place from which to go on: behind all that was looked over
 */
export async function readEvents(
  knex: Knex,
  { tenant, types, key }: EventsWanted,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<{ readonly events: readonly LoggedEvent[]; readonly reached: string }> {
  const { rows } = await knex.raw<{ rows: (LoggedEvent & { last: string; seen: string })[] }>(
    `with looked as materialized (
       select sequence, type, key from events where tenant = ? and sequence > ? order by sequence limit ?
     ),
     wanted as (
       select sequence from looked where type = any (?::text[]) and (?::text is null or key = ?)
        order by sequence limit ?
     )
     select e.sequence, e.type, e.key, e.event, l.last, l.seen
       from (select max(sequence) as last, count(*) as seen from looked) l
       left join (wanted w join events e on e.sequence = w.sequence) on true
      order by e.sequence`,
    [
      tenant,
      after,
      LOOKED_OVER,
      [...types],
      (key ?? null) as string,
      (key ?? null) as string,
      limit,
    ],
  )
  const events = rows.filter(({ sequence }) => sequence !== null)
  const isCut = events.length === limit
  const reached = isCut ? events.at(-1)?.sequence : rows[0]?.last
  return {
    events: events.map(({ sequence, type, key: of, event }) => ({
      sequence,
      type,
      key: of,
      event,
    })),
    reached: reached ?? after,
  }
}

/** The place behind all that is in the log. */
export async function endOfLog(knex: Knex): Promise<string> {
  const row = await knex('events').max({ last: 'sequence' }).first()
  return String(row?.['last'] ?? 0)
}
