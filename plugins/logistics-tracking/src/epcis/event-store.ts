import type { Context, Statement } from '@signalbox/sdk'
import { type EventRow, errorMark, type KeyRole } from './event-row.ts'

type Port = Pick<Context, 'db'>

export interface KeyRow {
  readonly key: string
  readonly role: KeyRole
  readonly event: string
  readonly at_ms: number
}

/** Which of these are kept already. */
export async function knownEvents(
  { db }: Port,
  events: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ event: string }>(
    'select event from epcis_events where event in (select jsonb_array_elements_text($1::jsonb))',
    [JSON.stringify(events)],
  )
  return new Set(rows.map(({ event }) => event))
}

export function insertEvents(
  tenant: string,
  rows: readonly (EventRow & { readonly scans_due: boolean })[],
  by: string,
  now: number,
): Statement {
  return {
    sql: `insert into epcis_events (tenant, event, event_id, declares_error, event_type, at_ms, recorded_ms, action,
                 biz_step, disposition, read_point, biz_location, body, prefixes, captured_by, scans_due)
          select $1, e.event, e.event_id, e.declares_error, e.event_type, e.at_ms, $4::bigint, e.action, e.biz_step,
                 e.disposition, e.read_point, e.biz_location, e.body, e.prefixes, $3, e.scans_due
            from jsonb_to_recordset($2::jsonb) as e (event text, event_id text, declares_error boolean, event_type text,
                 at_ms bigint, action text, biz_step text, disposition text, read_point text, biz_location text,
                 body jsonb, prefixes jsonb, scans_due boolean)
          on conflict do nothing`,
    parameters: [tenant, JSON.stringify(rows), by, now],
  }
}

/** Keys go grouped: an event may name a thousand. */
export function insertKeys(tenant: string, rows: readonly KeyRow[]): Statement {
  const events = Array.from(
    Map.groupBy(rows, ({ event }) => event),
    ([event, own]) => ({
      event,
      at_ms: own[0]?.at_ms,
      named: Object.fromEntries(
        Array.from(
          Map.groupBy(own, ({ role }) => role),
          ([role, keys]) => [role, keys.map(({ key }) => key)],
        ),
      ),
    }),
  )
  return {
    sql: `insert into epcis_keys (tenant, key, role, event, at_ms)
          select $1, k.key, n.role, e.event, e.at_ms
            from jsonb_to_recordset($2::jsonb) as e (event text, at_ms bigint, named jsonb)
           cross join lateral jsonb_each(e.named) as n (role, keys)
           cross join lateral jsonb_array_elements_text(n.keys) as k (key)
          on conflict do nothing`,
    parameters: [tenant, JSON.stringify(events)],
  }
}

/**
 * An event that another declares wrong no more counts, whichever of the two came first: the one with the same hash, or with the same
 * id where the sender gives ids (EPCIS 2.0 §7.4.1.4).
 */
export function markErroneous(rows: readonly EventRow[]): Statement {
  const hashes = rows.map(({ event }) => event.replace(errorMark, ''))
  const ids = rows.flatMap(({ event_id }) => (event_id === null ? [] : [event_id]))
  return {
    sql: `update epcis_events set erroneous = true, scans_due = true
           where not declares_error and not erroneous
             and (event in (select jsonb_array_elements_text($1::jsonb))
                  or event_id in (select jsonb_array_elements_text($2::jsonb)))
             and (exists (select 1 from epcis_events d where d.event = epcis_events.event || $3)
                  or exists (select 1 from epcis_events d
                              where d.declares_error and d.event_id = epcis_events.event_id))`,
    parameters: [JSON.stringify(hashes), JSON.stringify(ids), errorMark],
  }
}

export interface KeptEvent {
  readonly event: string
  readonly at_ms: number
  readonly recorded_ms: number
  readonly body: Readonly<Record<string, unknown>>
  readonly prefixes: Readonly<Record<string, string>>
}

/** What a query asks for, in the names that are kept. */
export interface EventFilter {
  /** Equal to a column. */
  readonly columns: readonly (readonly [column: string, value: string | boolean])[]
  /** Its own id, or its hash. */
  readonly id?: string
  readonly at?: { readonly from?: number; readonly to?: number }
  readonly recordedFrom?: number
  /** Ranges of keys, of which the event names one, in these roles. */
  readonly keys: readonly {
    readonly roles: readonly KeyRole[]
    readonly ranges: readonly KeyRange[]
  }[]
  readonly after?: { readonly at: number; readonly id: string }
}

/** All keys from `low` on and before `high`; one key where both are equal. */
export interface KeyRange {
  readonly low: string
  readonly high: string
}

/** Newest first. */
export async function findEvents(
  { db }: Port,
  filter: EventFilter,
  limit: number,
): Promise<readonly KeptEvent[]> {
  const parameters: (string | number | boolean)[] = []
  const bind = (value: string | number | boolean) => `$${parameters.push(value)}`
  const conditions = [
    ...filter.columns.map(([column, value]) => `e.${column} = ${bind(value)}`),
    ...(filter.id === undefined ? [] : [idCondition(bind(filter.id))]),
    ...(filter.at?.from === undefined ? [] : [`e.at_ms >= ${bind(filter.at.from)}`]),
    ...(filter.at?.to === undefined ? [] : [`e.at_ms < ${bind(filter.at.to)}`]),
    ...(filter.recordedFrom === undefined ? [] : [`e.recorded_ms >= ${bind(filter.recordedFrom)}`]),
    ...filter.keys.map(({ roles, ranges }) => keysCondition(roles, ranges, bind)),
    ...(filter.after === undefined
      ? []
      : [`(e.at_ms, e.event) < (${bind(filter.after.at)}::bigint, ${bind(filter.after.id)})`]),
  ]
  const { rows } = await db.query<KeptEvent>(
    `select e.event, e.at_ms, e.recorded_ms, e.body, e.prefixes from epcis_events e
      ${conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`}
      order by e.at_ms desc, e.event desc limit ${bind(limit)}`,
    parameters,
  )
  return rows.map((row) => ({
    ...row,
    at_ms: Number(row.at_ms),
    recorded_ms: Number(row.recorded_ms),
  }))
}

function idCondition(id: string): string {
  return `(e.event = ${id} or e.event_id = ${id})`
}

function keysCondition(
  roles: readonly KeyRole[],
  ranges: readonly KeyRange[],
  bind: (value: string) => string,
): string {
  const wanted = ranges.map(({ low, high }) =>
    low === high ? `k.key = ${bind(low)}` : `(k.key >= ${bind(low)} and k.key < ${bind(high)})`,
  )
  const named = roles.map((role) => `'${role}'`).join(', ')
  return `e.event in (select k.event from epcis_keys k where k.role in (${named}) and (${wanted.join(' or ')}))`
}
