import type { Context, Statement } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import type { Bucket, Quantities } from '../lots/quantities.ts'
import type { SkipLotState } from '../sampling/skip-lot.ts'
import type { Seen } from './decided.ts'
import { inspectionColumns, type PlannedRow } from './inspection-row.ts'
import type { SwitchingRow } from './switching.ts'

type Port = Pick<Context, 'db'>

/** What a decision is made from, as the read below gives it. */
export type SeenRow = PlannedRow & {
  readonly isDecided: boolean
  readonly switching: readonly SwitchingRow[]
  readonly skipState: SkipLotState | null
  readonly skipRevision: number | null
  readonly grade: string | null
  readonly screened: Seen['screened'] | null
  readonly named: readonly { readonly serial: string; readonly bucket: Bucket }[]
  readonly others: Quantities
}

/**
 * All that a decision is made from, in one plain read: a host prepares those once.
 * @throws INSPECTION_UNKNOWN
 */
export async function readForDecision(
  { db }: Port,
  inspection: string,
  serials: readonly string[],
  decision: string,
): Promise<Seen> {
  const { rows } = await db.query<SeenRow>(
    `select ${seenColumns}, exists (select from inspection_decisions d
        where d.inspection = i.inspection and d.id = $3) as "isDecided"
      ${seenTables} where i.inspection = $1`,
    [inspection, serials, decision],
  )
  return seenOf(requireInspection(rows, inspection))
}

export function requireInspection<Row>(rows: readonly Row[], inspection: string): Row {
  const [row] = rows
  if (row !== undefined) return row
  throw new Refusal('INSPECTION_UNKNOWN', `There is no inspection ${inspection}.`)
}

export function seenOf(all: SeenRow): Seen {
  const { isDecided, switching, skipState, skipRevision, grade, screened, named, others, ...row } =
    all
  const skipLot = skipState === null ? null : { state: skipState, revision: skipRevision ?? 0 }
  return {
    row,
    isDecided,
    series: { switching, skipLot, grade },
    serials: new Map(named.map(({ serial, bucket }) => [serial, bucket])),
    screened: screened ?? { items: 0, samples: [] },
    others,
  }
}

/** The newest grade of a supplier: a month in which too little was decided for one leaves the one before. */
export function gradeOf(supplier: string): string {
  return `(select g.grade from supplier_scores g where g.supplier = ${supplier} and g.grade is not null
    order by g.period desc limit 1)`
}

/** The switching states of a series of lots. */
export function switchingOf(supplier: string, item: string): string {
  return `(select coalesce(jsonb_agg(jsonb_build_object('characteristic', s.characteristic, 'class', s.class,
      'state', s.state, 'revision', s.revision)), '[]')
    from switching_states s where s.supplier = ${supplier} and s.item = ${item})`
}

/** What arrivals of a lot have together. */
export function quantitiesIn(arrivals: string): string {
  return `(select jsonb_build_object('pending', coalesce(sum(o.pending), 0), 'hold', coalesce(sum(o.on_hold), 0),
      'accepted', coalesce(sum(o.accepted), 0), 'rejected', coalesce(sum(o.rejected), 0))
    from inspections o where o.state <> 'cancelled' and ${arrivals})`
}

const screening = `(select array_agg(distinct t ->> 'characteristic') from jsonb_array_elements(i.tests) t
  where (t ->> 'screening')::boolean)`

/** Items that were looked at for every characteristic that is screened; null: none is. */
const screenedItems = `(select jsonb_build_object('items', coalesce(sum(w.inspected), 0),
      'samples', coalesce(jsonb_agg(w.sample) filter (where w.sample = any($2::text[])), '[]'))
    from (select m.sample, min(m.inspected) as inspected from measurements m
           where m.inspection = i.inspection and m.corrects is null and m.characteristic = any(x.screening)
           group by m.sample having count(*) = cardinality(x.screening)) w
   where x.screening is not null)`

/** The same once more, for whoever has just recorded. */
export function screenedStatement(inspection: string, samples: readonly string[]): Statement {
  return {
    sql: `select ${screenedItems} as screened
      from inspections i cross join lateral (select ${screening} as screening) x where i.inspection = $1`,
    parameters: [inspection, samples],
  }
}

/** Of an inspection `$1`, with the serial numbers of `$2`. */
export const seenColumns = `${inspectionColumns}, p.definition, ${switchingOf('i.supplier', 'i.item')} as switching,
  k.state as "skipState", k.revision as "skipRevision", ${gradeOf('i.supplier')} as grade,
  ${screenedItems} as screened,
  (select coalesce(jsonb_agg(jsonb_build_object('serial', n.serial, 'bucket', n.bucket)), '[]') from inspection_serials n
    where n.inspection = i.inspection and n.serial = any($2::text[])) as named,
  ${quantitiesIn('o.lot = i.lot and o.operation = i.operation and o.inspection <> i.inspection')} as others`

export const seenTables = `from inspections i
  left join inspection_plans p on p.plan = i.plan and p.version = i.plan_version
  left join skip_lot_states k on k.supplier = i.supplier and k.item = i.item
  cross join lateral (select ${screening} as screening) x`
