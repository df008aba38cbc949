import type { Context, Statement } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import type { Bucket, Quantities } from '../lots/quantities.ts'
import type { SkipLotState } from '../sampling/skip-lot.ts'
import type { Seen } from './decided.ts'
import { type PlannedRow, plannedInspection } from './inspection-row.ts'
import { type SwitchingRow, switchingColumns } from './switching.ts'

type Port = Pick<Context, 'db'>

interface SerialRow {
  readonly serial: string
  readonly bucket: Bucket
}

interface ScreenedRow {
  readonly items: number
  readonly samples: readonly string[]
}

interface StandingRow {
  readonly grade: string | null
  readonly skipState: SkipLotState | null
  readonly skipRevision: number | null
  readonly isDecided: boolean
}

type Read = [PlannedRow, SwitchingRow, StandingRow, ScreenedRow, SerialRow, Quantities]

/**
 * All that a decision is made from, in one host call.
 * @throws INSPECTION_UNKNOWN
 */
export async function readForDecision(
  { db }: Port,
  inspection: string,
  serials: readonly string[],
  decision: string,
): Promise<Seen> {
  const [row, switching, standing, screened, named, others] = await db.transaction<Read>(
    decisionReads(inspection, serials, decision),
  )
  return seenOf(requireInspection(row.rows, inspection), {
    switching: switching.rows,
    standing: standing.rows[0],
    screened: screened.rows[0],
    serials: named.rows,
    others: others.rows[0],
  })
}

export function requireInspection(rows: readonly PlannedRow[], inspection: string): PlannedRow {
  const [row] = rows
  if (row !== undefined) return row
  throw new Refusal('INSPECTION_UNKNOWN', `There is no inspection ${inspection}.`)
}

interface Rows {
  readonly switching: readonly SwitchingRow[]
  readonly standing: StandingRow | undefined
  readonly screened: ScreenedRow | undefined
  readonly serials: readonly SerialRow[]
  readonly others: Quantities | undefined
}

export function seenOf(row: PlannedRow, rows: Rows): Seen {
  const { grade = null, skipState = null, skipRevision = null } = rows.standing ?? {}
  const skipLot = skipState === null ? null : { state: skipState, revision: skipRevision ?? 0 }
  return {
    row,
    isDecided: rows.standing?.isDecided ?? false,
    series: { switching: rows.switching, skipLot, grade },
    serials: new Map(rows.serials.map(({ serial, bucket }) => [serial, bucket])),
    screened: rows.screened ?? { items: 0, samples: [] },
    others: rows.others ?? { pending: 0, hold: 0, accepted: 0, rejected: 0 },
  }
}

/** @param decision whose id is asked for; empty: none */
export function decisionReads(
  inspection: string,
  serials: readonly string[],
  decision = '',
): readonly Statement[] {
  return [
    { sql: `${plannedInspection} where i.inspection = $1`, parameters: [inspection] },
    ...seriesReads(inspection, decision),
    { sql: screenedRead, parameters: [inspection, serials] },
    {
      sql: 'select serial, bucket from inspection_serials where inspection = $1 and serial = any($2::text[])',
      parameters: [inspection, serials],
    },
    { sql: othersRead, parameters: [inspection] },
  ]
}

/** Switching states, grade of the supplier and skip-lot state of the inspection's series of lots. */
function seriesReads(inspection: string, decision: string): readonly Statement[] {
  return [
    {
      sql: `select ${switchingColumns} from switching_states
        where (supplier, item) = (select supplier, item from inspections where inspection = $1)`,
      parameters: [inspection],
    },
    {
      sql: `select s.state as "skipState", s.revision as "skipRevision", ${gradeOf('i.supplier')} as grade,
          exists (select from inspection_decisions d where d.inspection = i.inspection and d.id = $2) as "isDecided"
        from inspections i left join skip_lot_states s on s.supplier = i.supplier and s.item = i.item
        where i.inspection = $1`,
      parameters: [inspection, decision],
    },
  ]
}

/** The newest grade of a supplier. */
export function gradeOf(supplier: string): string {
  return `(select g.grade from supplier_scores g where g.supplier = ${supplier} order by g.period desc limit 1)`
}

/** Items that were looked at for every characteristic that is screened. */
const screenedRead = `select coalesce(sum(s.inspected), 0)::float8 as items,
    coalesce(array_agg(s.sample) filter (where s.sample = any($2::text[])), '{}') as samples
  from (
    select m.sample, min(m.inspected) as inspected, count(*) as measured from measurements m
      join inspections i on i.inspection = m.inspection
     where m.inspection = $1 and m.corrects is null
       and exists (select from jsonb_array_elements(i.tests) t
                    where (t ->> 'screening')::boolean and t ->> 'characteristic' = m.characteristic)
     group by m.sample
  ) s
  where s.measured = (select count(distinct t ->> 'characteristic') from inspections i, jsonb_array_elements(i.tests) t
                       where i.inspection = $1 and (t ->> 'screening')::boolean)`

/** What the other arrivals of the lot have, at the same operation. */
const othersRead = `select coalesce(sum(o.pending), 0)::float8 as pending, coalesce(sum(o.on_hold), 0)::float8 as hold,
    coalesce(sum(o.accepted), 0)::float8 as accepted, coalesce(sum(o.rejected), 0)::float8 as rejected
  from inspections i join inspections o on o.lot = i.lot and o.operation = i.operation
   and o.inspection <> i.inspection and o.state <> 'cancelled'
 where i.inspection = $1`
