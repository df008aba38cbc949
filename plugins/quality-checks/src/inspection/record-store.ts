import type { Context, Statement } from '@signalbox/sdk'
import type { Gauge } from '../gauges/gauge.ts'
import type { Quantities } from '../lots/quantities.ts'
import type { Seen } from './decided.ts'
import { decisionReads, requireInspection, seenOf } from './decision-store.ts'
import type { PlannedRow } from './inspection-row.ts'
import type { Known, Measurement, Result } from './result.ts'
import type { SwitchingRow } from './switching.ts'

type Port = Pick<Context, 'db'>

export interface SeenForResults {
  readonly seen: Seen
  readonly known: readonly Known[]
  readonly gauges: readonly Gauge[]
}

type Standing = Parameters<typeof seenOf>[1]
type Read = [
  PlannedRow,
  SwitchingRow,
  NonNullable<Standing['standing']>,
  NonNullable<Standing['screened']>,
  Standing['serials'][number],
  Quantities,
  Known,
  Gauge,
]

/**
 * All that results are judged by, in one host call.
 * @throws INSPECTION_UNKNOWN
 */
export async function readForResults(
  { db }: Port,
  inspection: string,
  results: readonly Result[],
): Promise<SeenForResults> {
  const samples = results.flatMap(({ sample }) => sample ?? [])
  const ids = results.flatMap(({ id, corrects }) => [id, corrects ?? id])
  const [row, switching, standing, screened, serials, others, known, gauges] =
    await db.transaction<Read>([
      ...decisionReads(inspection, samples),
      { sql: knownRead, parameters: [inspection, samples, ids] },
      {
        sql: `select gauge, state, due_on::text as "dueOn" from gauges where gauge = any($1::text[])`,
        parameters: [results.flatMap(({ gauge }) => gauge ?? [])],
      },
    ])
  const seen = seenOf(requireInspection(row.rows, inspection), {
    switching: switching.rows,
    standing: standing.rows[0],
    screened: screened.rows[0],
    serials: serials.rows,
    others: others.rows[0],
  })
  return { seen, known: known.rows, gauges: gauges.rows }
}

/** Rows of the named samples and ids, and all others of the samples that those ids are of: formulas read them. */
const knownRead = `select m.id, m.characteristic, m.sample, m.ordinal, m.inspected, m.value,
    exists (select from measurements c where c.inspection = m.inspection and c.corrects = m.id) as "isCorrected"
  from measurements m
 where m.inspection = $1
   and (m.sample = any($2::text[]) or m.sample in (
     select n.sample from measurements n where n.inspection = $1 and n.id = any($3::text[])))`

export function measurementsStatement(
  tenant: string,
  inspection: string,
  rows: readonly Measurement[],
  { by, at }: { readonly by: string; readonly at: string },
): Statement {
  return {
    sql: `insert into measurements (tenant, inspection, id, characteristic, sample, ordinal, inspected, value, entered_value,
            entered_unit, conforming, defects, gauge, gauge_was_overdue, operator, measured_at, recorded_at, recorded_by,
            photos, corrects, reason)
          select $1, $2, r.id, r.characteristic, r.sample, r.ordinal, r.inspected, r.value, r."enteredValue",
            r."enteredUnit", r.conforming, r.defects, r.gauge, r."gaugeWasOverdue", r.operator, r."measuredAt", $4, $5,
            r.photos, r.corrects, r.reason
          from jsonb_to_recordset($3::jsonb) as r(id text, characteristic text, sample text, ordinal integer, inspected integer,
            value float8, "enteredValue" float8, "enteredUnit" text, conforming boolean, defects jsonb, gauge text,
            "gaugeWasOverdue" boolean, operator text, "measuredAt" timestamptz, photos jsonb, corrects text, reason text)`,
    parameters: [tenant, inspection, JSON.stringify(rows), at, by],
    rows: rows.length,
  }
}
