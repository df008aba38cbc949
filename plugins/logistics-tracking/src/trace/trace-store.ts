import type { Context, Statement } from '@signalbox/sdk'
import type { FlowRow, MembershipRow } from './event-links.ts'
import { staysOf } from './stays.ts'
import type { LevelFacts } from './trace-graph.ts'

type Port = Pick<Context, 'db'>

/** Rows of one level: more would not fit into the answer, and be no help to whoever looks at it. */
const MOST_ROWS = 4000

/** What is known of keys: of all the children that they have or had, every place that these were in. */
export async function readLevel(
  { db }: Port,
  keys: readonly string[],
  near: FlowRow['side'],
): Promise<LevelFacts> {
  const names = JSON.stringify(keys)
  const [memberships, flows] = await db.transaction<[MembershipRow, FlowRow]>([
    {
      sql: `with wanted as (select jsonb_array_elements_text($1::jsonb) as key),
                 pairs as (select parent, child from epcis_memberships where child in (select key from wanted)
                           union
                           select parent, child from epcis_memberships where parent in (select key from wanted))
            select m.parent, m.child, m.kind, m.action, m.at_ms, m.event, m.step
              from epcis_memberships m join epcis_events e on e.event = m.event
             where not e.erroneous
               and (m.child in (select child from pairs where child <> '*')
                    or (m.child = '*' and m.parent in (select parent from pairs)))
             order by m.at_ms, m.event, m.child limit $2`,
      parameters: [names, MOST_ROWS + 1],
    },
    {
      sql: `select f.flow, f.side, f.key, f.at_ms, f.event, f.step
              from epcis_flows f join epcis_events e on e.event = f.event
             where not e.erroneous
               and f.flow in (select flow from epcis_flows
                               where side = $2 and key in (select jsonb_array_elements_text($1::jsonb)))
             order by f.at_ms, f.event, f.key limit $3`,
      parameters: [names, near, MOST_ROWS + 1],
    },
  ])
  return {
    stays: staysOf(memberships.rows.slice(0, MOST_ROWS).map(inNumbers)),
    flows: flows.rows.slice(0, MOST_ROWS).map(inNumbers),
    cut: memberships.rows.length > MOST_ROWS || flows.rows.length > MOST_ROWS,
  }
}

export interface LastSeen {
  readonly key: string
  readonly at_ms: number
  readonly place: string | null
  readonly disposition: string | null
}

/** The last event of each key that counts. */
export async function readLastSeen(
  { db }: Port,
  keys: readonly string[],
): Promise<readonly LastSeen[]> {
  const { rows } = await db.query<LastSeen>(
    `select wanted.key, last.at_ms, last.place, last.disposition
       from (select jsonb_array_elements_text($1::jsonb) as key) wanted
      cross join lateral (
            select e.at_ms, coalesce(e.biz_location, e.read_point) as place, e.disposition
              from epcis_keys k join epcis_events e on e.event = k.event
             where k.key = wanted.key and not e.erroneous and not e.declares_error
             order by k.at_ms desc, k.event limit 1) last`,
    [JSON.stringify(keys)],
  )
  return rows.map(inNumbers)
}

/** Memberships of the children of parents, for what is in a unit at an instant. */
export async function readContents(
  { db }: Port,
  parents: readonly string[],
): Promise<readonly MembershipRow[]> {
  if (parents.length === 0) return []
  const { rows } = await db.query<MembershipRow>(
    `select m.parent, m.child, m.kind, m.action, m.at_ms, m.event, m.step
       from epcis_memberships m join epcis_events e on e.event = m.event
      where not e.erroneous and m.parent in (select jsonb_array_elements_text($1::jsonb))
      order by m.at_ms desc, m.event limit ${MOST_ROWS}`,
    [JSON.stringify(parents)],
  )
  return rows.map(inNumbers)
}

/** Children go grouped: an event may name a thousand. */
export function insertMemberships(tenant: string, rows: readonly MembershipRow[]): Statement {
  const events = Array.from(
    Map.groupBy(rows, ({ event }) => event).values(),
    ([first, ...more]) => ({ ...first, child: [first, ...more].map((row) => row?.child) }),
  )
  return {
    sql: `insert into epcis_memberships (tenant, parent, child, kind, action, at_ms, event, step)
          select $1, m.parent, c.child, m.kind, m.action, m.at_ms, m.event, m.step
            from jsonb_to_recordset($2::jsonb) as m (parent text, child jsonb, kind text, action text, at_ms bigint,
                 event text, step text)
           cross join lateral jsonb_array_elements_text(m.child) as c (child)
          on conflict do nothing`,
    parameters: [tenant, JSON.stringify(events)],
  }
}

export function insertFlows(tenant: string, rows: readonly FlowRow[]): Statement {
  const sides = Array.from(
    Map.groupBy(rows, ({ flow, side, event }) => `${side} ${event} ${flow}`).values(),
    ([first, ...more]) => ({ ...first, key: [first, ...more].map((row) => row?.key) }),
  )
  return {
    sql: `insert into epcis_flows (tenant, flow, side, key, at_ms, event, step)
          select $1, f.flow, f.side, k.key, f.at_ms, f.event, f.step
            from jsonb_to_recordset($2::jsonb) as f (flow text, side text, key jsonb, at_ms bigint, event text, step text)
           cross join lateral jsonb_array_elements_text(f.key) as k (key)
          on conflict do nothing`,
    parameters: [tenant, JSON.stringify(sides)],
  }
}

/** 64-bit numbers come as text. */
function inNumbers<Row extends { readonly at_ms: number }>(row: Row): Row {
  return { ...row, at_ms: Number(row.at_ms) }
}
